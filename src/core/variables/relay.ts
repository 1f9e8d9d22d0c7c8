import Type from "typebox";
import { list, optional, secret, text, whole } from "./kinds.ts";

/** Variables of the relay to NATS. */
export const relayVariables = {
  NATS_URL: list(
    "NATS servers to which every event is published by JetStream, for example nats://nats:4222 or tls://a:4222,tls://b:4222. Without any, there is no relay",
  ),
  NATS_STREAM: text("The stream; made when it is missing", { default: "PLINTH", pattern: "^[A-Za-z0-9_-]+$" }),
  NATS_SUBJECT_PREFIX: text("An event's subject is this, a dot and its type", {
    default: "plinth",
    pattern: "^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$",
  }),
  NATS_TOKEN: optional(text("Token for the NATS servers", secret)),
  NATS_USER: optional(text("User for the NATS servers, with NATS_PASSWORD")),
  NATS_PASSWORD: optional(text("Password of NATS_USER", secret)),
  NATS_CREDENTIALS: optional(text("File with the credentials for the NATS servers (.creds)")),
  NATS_DUPLICATE_WINDOW_SECONDS: whole(
    "For so long a new stream knows an event again and stores it once; consumers must know longer ones themselves",
    120,
    1,
    86_400,
  ),
  NATS_MAX_AGE_DAYS: whole("For so long a new stream keeps an event; 0 for ever", 14, 0, 3_650),
  NATS_REPLICAS: Type.Integer({
    description: "Servers of the cluster that hold a new stream; 3 where there are as many",
    default: 1,
    minimum: 1,
    maximum: 5,
  }),
};
