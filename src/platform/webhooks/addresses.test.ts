import { describe, expect, test } from "vitest";
import { isPublicAddress, literalAddress } from "./addresses.ts";

test.each(["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"])(
  "%s is public",
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

describe("is not public:", () => {
  test.each([
    ["this host", "0.0.0.0"],
    ["loopback", "127.0.0.1"],
    ["all of loopback", "127.255.255.254"],
    ["private, 10/8", "10.0.0.1"],
    ["private, 172.16/12", "172.31.255.255"],
    ["private, 192.168/16", "192.168.1.1"],
    ["carrier-grade NAT", "100.64.0.1"],
    ["link-local", "169.254.1.1"],
    ["the clouds' metadata service", "169.254.169.254"],
    ["multicast", "224.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["reserved", "240.0.0.1"],
    ["benchmarks", "198.18.0.1"],
    ["documentation", "203.0.113.7"],
    ["loopback of IPv6", "::1"],
    ["unspecified", "::"],
    ["unique local", "fd00::1"],
    ["the metadata service of one cloud over IPv6", "fd00:ec2::254"],
    ["link-local of IPv6", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["site-local", "fec0::1"],
    ["multicast of IPv6", "ff02::1"],
    ["mapped IPv4", "::ffff:127.0.0.1"],
    ["mapped IPv4, in hexadecimal", "::ffff:7f00:1"],
    ["mapped IPv4 that would be public", "::ffff:8.8.8.8"],
    ["compatible IPv4", "::7f00:1"],
    ["NAT64", "64:ff9b::7f00:1"],
    ["local NAT64", "64:ff9b:1::a00:1"],
    ["6to4", "2002:7f00:1::"],
    ["Teredo", "2001:0:1::1"],
    ["documentation of IPv6", "2001:db8::1"],
    ["discarded", "100::1"],
    ["nothing that is an address", "localhost"],
  ])("%s (%s)", (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

test.each([
  ["http://2130706433/", "127.0.0.1"],
  ["http://0x7f.1/", "127.0.0.1"],
  ["http://0177.0.0.1/", "127.0.0.1"],
  ["http://127.1/", "127.0.0.1"],
  ["http://①②⑦.0.0.1/", "127.0.0.1"],
  ["http://[::ffff:127.0.0.1]/", "::ffff:7f00:1"],
  ["http://[::1]/", "::1"],
])("%s is read as %s", (url, address) => {
  expect(literalAddress(new URL(url).hostname)).toBe(address);
  expect(isPublicAddress(address)).toBe(false);
});

test("a name is no address", () => {
  expect(literalAddress("hooks.example.com")).toBeUndefined();
});
