/** One server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html) as it came. */
export interface RawEvent {
  /** `message` where the server named none. */
  event: string;
  id?: string;
  data: string;
}

/**
 * Reads the events of a body as they come, however the network cut its bytes. Comments are passed over; an event that the body ends in the middle of is
 * dropped, as the standard says. Who stops reading closes the connection.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<RawEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const fields = newFields();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      text += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const { lines, rest } = linesOf(text, done);
      text = rest;
      for (const line of lines) {
        const event = fields.take(line);
        if (event !== undefined) yield event;
      }
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The whole lines of a text, and what is left. A carriage return at its end may be half of a line's end. */
function linesOf(text: string, isAll: boolean): { lines: string[]; rest: string } {
  const held = !isAll && text.endsWith("\r") ? "\r" : "";
  const lines = text.slice(0, text.length - held.length).split(/\r\n|\n|\r/);
  const rest = lines.pop() ?? "";
  return { lines, rest: rest + held };
}

/** Gathers the lines of an event. */
function newFields() {
  let event = "";
  let id: string | undefined;
  let data: string[] = [];
  const finish = (): RawEvent | undefined => {
    const whole = { event: event === "" ? "message" : event, ...(id !== undefined && { id }), data: data.join("\n") };
    const isEvent = data.length > 0;
    event = "";
    data = [];
    return isEvent ? whole : undefined;
  };
  return {
    /** Takes a line; an empty one ends the event. */
    take: (line: string): RawEvent | undefined => {
      if (line === "") return finish();
      const colon = line.indexOf(":");
      if (colon === 0) return undefined;
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "event") event = value;
      if (name === "data") data.push(value);
      if (name === "id" && !value.includes("\u0000")) id = value;
      return undefined;
    },
  };
}
