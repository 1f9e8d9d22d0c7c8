/** The instant that an RFC 3339 text names; a leap second, which the format admits and a Date cannot hold, is the one before it. */
export function instantOf(text: string): Date {
  return new Date(text.replace(/:60(?=[.Z+-])/i, ":59"));
}
