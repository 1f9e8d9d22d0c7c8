// A process that publishes what is due until it is killed.
import { hourly, minutely, scheduleNode } from "./schedules.ts";

const { schedules } = await scheduleNode(JSON.parse(process.argv[2] ?? ""), [minutely, hourly]);
schedules.start();
process.send?.("ready");
