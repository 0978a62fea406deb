import type { FeedItem } from "../../contract/api/operations.ts";
import type { EventBody, OperationEvent } from "../../contract/operation.ts";
import { durationText, timeText } from "../output/time.ts";
import { errorText, say, stateText, titleOf, type Words } from "./words.ts";

/** One line for one event, for pipes and log files. Live items that carry no news get none. */
export const plainLine = (item: FeedItem, words: Words): string | undefined => {
  if (item.kind === "event") return eventLine(item.event, words);
  return item.live.type === "operation.held"
    ? say(words, "held", { why: errorText(words, item.live.error) })
    : undefined;
};

const eventLine = ({ at, body }: OperationEvent, words: Words): string => {
  const place = "step" in body ? ` ${body.step.machine} ${titleOf(words, body.step.phase)}:` : "";
  return `${timeText(at)}${place} ${wordsOf(body, words)}`;
};

const wordsOf = (body: EventBody, words: Words): string => {
  switch (body.type) {
    case "operation.created":
      return say(words, "eventCreated", { workflow: body.workflow, by: body.by, steps: body.steps });
    case "operation.resumed":
      return say(words, "eventResumed", body.decision);
    case "operation.paused":
      return say(words, "eventPaused", body.decision);
    case "operation.cancelling":
      return say(words, "eventCancelling", body.decision);
    case "operation.ended":
      return say(words, "eventOperationEnded", {
        outcome: stateText(words, body.outcome),
        took: durationText(body.durationMs),
      });
    case "step.started":
      return say(words, "eventStarted", { attempt: body.attempt });
    case "step.applying":
      return say(words, "eventApplying", { why: body.why[words.language] });
    case "step.said":
      return body.text[words.language];
    case "step.waiting":
      return say(words, "eventWaiting", { what: body.text[words.language] });
    case "step.retrying":
      return say(words, "eventRetrying", {
        delay: durationText(body.delayMs),
        error: errorText(words, body.error),
      });
    case "step.ended": {
      const took = durationText(body.durationMs);
      if (body.error !== undefined) {
        return say(words, "eventFailed", { took, error: errorText(words, body.error) });
      }
      return say(words, "eventEnded", { outcome: stateText(words, body.outcome), took });
    }
  }
};
