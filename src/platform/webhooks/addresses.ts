import ipaddr from "ipaddr.js";

const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an IP address is one of the public internet. Refused is what is not: private (RFC 1918), loopback, link-local with the clouds' metadata
 * service, carrier-grade NAT (RFC 6598), unique local, multicast, reserved, documentation, and every IPv6 form that stands for an IPv4 address:
 * mapped, compatible, NAT64, 6to4, Teredo. An allow-list: what nobody thought of is refused.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || address.match(globalUnicast);
}

/** The IP address that an URL's host is, without the brackets of IPv6; undefined for a name. URL has made odd forms (0x7f.1) plain before. */
export function literalAddress(hostname: string): string | undefined {
  const text = hostname.replace(/^\[(.*)\]$/, "$1");
  return ipaddr.isValid(text) ? text : undefined;
}
