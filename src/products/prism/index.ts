import { defineProduct, readPrompts } from "../../product.ts";
import { createGuard } from "./guard.ts";
import { prismSubscribers } from "./jobs.ts";
import { createActions } from "./lens/actions.ts";
import { createGoals } from "./lens/goals.ts";
import { actionRoutes, goalRoutes } from "./lens/routes.ts";
import { fragmentRoutes } from "./mirror/fragment-routes.ts";
import { createFragments } from "./mirror/fragments.ts";
import { messageRoutes } from "./mirror/message-routes.ts";
import { createMessages } from "./mirror/messages.ts";
import { createReplies } from "./mirror/replies.ts";
import { sessionRoutes } from "./mirror/session-routes.ts";
import { createSessions } from "./mirror/sessions.ts";
import { privacyRoutes } from "./privacy/routes.ts";
import { createPrivacy } from "./privacy/service.ts";
import { spectrumRoutes } from "./spectrum/routes.ts";
import { createSpectrum } from "./spectrum/service.ts";
import { turnRoutes } from "./turns/routes.ts";
import { createTurns } from "./turns/service.ts";

const prompts = readPrompts(new URL("./prompts/", import.meta.url));

export default defineProduct({
  name: "prism",
  plans: new URL("./plans.yaml", import.meta.url),
  migrations: new URL("./migrations/", import.meta.url),
  create: (doors) => {
    const parts = { ...doors, prompts, guard: createGuard(doors.safety) };
    const turns = createTurns(parts);
    const replies = createReplies(parts);
    const privacy = createPrivacy(doors);
    return {
      routes: [
        ...turnRoutes(turns),
        ...sessionRoutes(createSessions(parts)),
        ...messageRoutes(createMessages({ ...parts, replies })),
        ...fragmentRoutes(createFragments(parts)),
        ...goalRoutes(createGoals(parts)),
        ...actionRoutes(createActions(doors)),
        ...spectrumRoutes(createSpectrum(doors)),
        ...privacyRoutes(privacy),
      ],
      subscribers: prismSubscribers({ turns, replies }),
      privacy,
    };
  },
});
