import { randomBytes } from "node:crypto";
import Type from "typebox";
import { Compile } from "typebox/compile";
import { readObject, unusable } from "./chat.ts";
import { isRecord, parseJson } from "./json-rules.ts";
import type { Provider, TranscriptionRequest, Usage } from "./port.ts";
import { isError, toldError } from "./refusal-rules.ts";
import type { Transport } from "./transport.ts";
import { usageOf } from "./usage-rules.ts";

const mediaTypes = {
  mp3: "audio/mpeg",
  wav: "audio/wav",
  opus: "audio/ogg",
  aac: "audio/aac",
  flac: "audio/flac",
  pcm: "audio/pcm",
};

/**
 * OpenAI's speech and transcriptions (https://platform.openai.com/docs/api-reference/audio). Speech tells no usage; a transcription tells tokens or seconds,
 * as its model is priced.
 */
export function openAiAudio(transport: Transport): Required<Pick<Provider, "speak" | "transcribe">> {
  return {
    speak: async ({ model, text, voice, format, instructions }, options) => {
      const manner = instructions === undefined ? {} : { instructions };
      const body = JSON.stringify({ model, input: text, voice, response_format: format, ...manner });
      const answer = await transport.post({ path: "/audio/speech", body }, options);
      if (/json|html|text/.test(answer.content_type)) throw notAudio(answer.body);
      if (answer.body.length === 0) throw unusable("no_content", null);
      return { audio: answer.body, media_type: mediaTypes[format], usage: null };
    },
    transcribe: async (request, options) => {
      const { body, content_type } = form(request);
      const answer = await transport.post({ path: "/audio/transcriptions", body, content_type }, options);
      const transcript = readObject(answer.body.toString());
      if (!wireTranscript.Check(transcript)) throw unusable("not_a_transcription", null);
      return { text: transcript.text, usage: readUsage(transcript.usage) };
    },
  };
}

function notAudio(body: Buffer): Error {
  const told = parseJson(body.toString());
  return isError(told) ? toldError(told, false) : unusable("not_audio", null);
}

/** multipart/form-data (RFC 7578). */
function form({ model, audio, media_type, file_name, language }: TranscriptionRequest) {
  const boundary = `plinth-${randomBytes(18).toString("base64url")}`;
  const fields = { model, response_format: "json", ...(language === undefined ? {} : { language }) };
  const texts = Object.entries(fields).map(([name, value]) => part(boundary, `name="${name}"`, "", value));
  const file = part(
    boundary,
    `name="file"; filename="${quoted(file_name)}"`,
    `\r\ncontent-type: ${quoted(media_type)}`,
    "",
  );
  const body = Buffer.concat([
    Buffer.from(texts.join("") + file.slice(0, -2)),
    audio,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { body, content_type: `multipart/form-data; boundary=${boundary}` };
}

function part(boundary: string, disposition: string, headers: string, value: string): string {
  return `--${boundary}\r\ncontent-disposition: form-data; ${disposition}${headers}\r\n\r\n${value}\r\n`;
}

/** As the WHATWG's standard for forms escapes a name; nothing ends the header early. */
function quoted(text: string): string {
  return text.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}

const wireTranscript = Compile(Type.Object({ text: Type.String(), usage: Type.Optional(Type.Unknown()) }));

function readUsage(told: unknown): Usage | null {
  if (!isRecord(told)) return null;
  if (told.type !== "duration") return usageOf({ input: told.input_tokens, output: told.output_tokens });
  const { seconds } = told;
  if (typeof seconds !== "number" || !(seconds >= 0 && seconds < 1e7)) return null;
  const nothing = usageOf({ input: 0, output: 0 });
  return nothing === null ? null : { ...nothing, audio_seconds: seconds };
}
