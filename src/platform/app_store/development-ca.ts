/**
 * A certificate chain of the form that Apple's has, with the leaf's private key in the open: whatever it signs proves nothing. Only
 * development and tests trust its root (see trust.ts), so that the App Store can be played offline. The private keys of the root and of
 * the intermediate were thrown away: nobody can issue another leaf. Valid from 2020 to 2120, DER in base64.
 */

const root =
  "MIIBgjCCASigAwIBAgIIcxX7ovU2JSswCgYIKoZIzj0EAwIwPDE6MDgGA1UEAwwxUGxpbnRoIGRldmVsb3BtZW50IHJvb3QsIHRydXN0ZWQgYnkg" +
  "bm8gcHJvZHVjdGlvbjAiGA8yMDIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjA8MTowOAYDVQQDDDFQbGludGggZGV2ZWxvcG1lbnQgcm9v" +
  "dCwgdHJ1c3RlZCBieSBubyBwcm9kdWN0aW9uMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEXLITDtHzBdS0kjJ74TBCz21jrPWLit9PjImSbWHl" +
  "baStbJq7GgMlsn0jzzYfo29eoZeQAQHGDreN9P0uolwcsaMQMA4wDAYDVR0TBAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAwimlk3g9wRKG31VdW" +
  "gRHw1UvmiwuzpbyR3WTl9HdOnAIhAI5I3ce+zWm6bi+yFLTA9ZLidLoE/y8FV7ztU1REc1p4";

const intermediate =
  "MIIBgTCCASigAwIBAgIIYkp9iLD9IzIwCgYIKoZIzj0EAwIwPDE6MDgGA1UEAwwxUGxpbnRoIGRldmVsb3BtZW50IHJvb3QsIHRydXN0ZWQgYnkg" +
  "bm8gcHJvZHVjdGlvbjAiGA8yMDIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAqMSgwJgYDVQQDDB9QbGludGggZGV2ZWxvcG1lbnQgaW50" +
  "ZXJtZWRpYXRlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE90+e9dkT9aasNRP7XyQyFjKEn8aMVMxrEfr33+dYPZzqGl9Oo8vz/p18sfZg5/z6" +
  "8I2U2AOcBg5rw50KldK9VKMiMCAwEAYKKoZIhvdjZAYCAQQCBQAwDAYDVR0TBAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBNjxQA3qxXTMLAaAOM" +
  "Ep+BlLccSy9EO+Mc1Ck3+l1+rwIgFAVNO9+SzikrrK6F1IISfuA8jB8Q3kBzgJlbnjZpxOQ=";

const leaf =
  "MIIBaTCCARCgAwIBAgIIdLVkmRlsMLMwCgYIKoZIzj0EAwIwKjEoMCYGA1UEAwwfUGxpbnRoIGRldmVsb3BtZW50IGludGVybWVkaWF0ZTAiGA8y" +
  "MDIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAnMSUwIwYDVQQDDBxQbGludGggZGV2ZWxvcG1lbnQgQXBwIFN0b3JlMFkwEwYHKoZIzj0C" +
  "AQYIKoZIzj0DAQcDQgAEYY+p0ckK8v+jj1d1adWdVPQ78Fk2i/jBjkGS1PWjYZ/hOoBWPp95zIO6vV8pj+Bswyz+UTiQQhVeOQfOACcygKMfMB0w" +
  "EAYKKoZIhvdjZAYLAQQCBQAwCQYDVR0TBAIwADAKBggqhkjOPQQDAgNHADBEAiAMHl9TMhj6hV6VnxcgsSLi2yKiQhw3zwgrxbFueraxwwIgGg6u" +
  "mUV7FNlX3zCQ/ODgwbetLOrZhB+vujF94uoY9WI=";

const leafKey =
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+eRtVllzlNl375o+qfct5fpSKqqnFyHx0K7eKY+NGR6hRANCAARhj6nRyQry/6OP" +
  "V3Vp1Z1U9DvwWTaL+MGOQZLU9aNhn+E6gFY+n3nMg7q9XymP4GzDLP5ROJBCFV45B84AJzKA";

/** The root, in DER. */
export const developmentRoot = Buffer.from(root, "base64");

/** What a signature's header names (RFC 7515 §4.1.6): leaf, intermediate and root. */
export const developmentChain: readonly string[] = [leaf, intermediate, root];

/** The leaf's private key: PKCS#8 in DER. */
export const developmentKey = Buffer.from(leafKey, "base64");
