import { isCode, SlipwayError } from "../../core/contract.ts";
import { text, type Localized } from "../../contract/text.ts";
import { diskText } from "../../core/metal/choose-disk.ts";
import { describeHoldings, foreignHoldings } from "../../core/metal/foreign.ts";
import type { Needs, StepContext } from "../../core/phase.ts";
import type { MetalView } from "../../core/ports/metal.ts";
import { chosenDisk } from "../../core/provision/choice.ts";
import { targetOf } from "./targets.ts";

/** The disk of a machine that was seen, by the rules of disk safety. */
export const chosen = <N extends Needs>(context: StepContext<N>, view: MetalView) => {
  const { machine } = targetOf(context);
  if (view.facts === undefined) throw SlipwayError.of("METAL_NOT_SEEN", { machine: machine.name });
  return chosenDisk(view.facts, {
    machine: machine.name,
    selector: machine.metal?.disk,
    job: view.job?.id ?? "",
    agreed: view.agreed,
  });
};

/** What the plan says: the disk and what is on it, as far as the machine has been seen. */
export const lossOf = <N extends Needs>(context: StepContext<N>, view: MetalView): Localized => {
  try {
    const { disk } = chosen(context, view);
    const holdings = foreignHoldings(disk, view.job?.id);
    const holds = holdings.length === 0 ? undefined : describeHoldings(holdings);
    return text(
      `disk ${diskText(disk)} is overwritten: ${holds ?? "it holds nothing"}`,
      `将覆盖磁盘 ${diskText(disk)}：${holds ?? "盘上没有数据"}`,
    );
  } catch (error) {
    if (isCode(error, "METAL_NOT_SEEN")) {
      return text(
        "the disk that the spec means is overwritten; one that holds data is refused",
        "将覆盖规格指定的磁盘；若盘上有数据则会拒绝",
      );
    }
    // What was seen then may have changed: only the machine itself, booted anew, decides.
    if (isCode(error, "DISK_FOREIGN") && error instanceof SlipwayError) {
      const { disk = "", holds = "" } = error.params;
      return text(
        `disk ${disk} is refused unless its serial number is typed (slipway machine overwrite): it holds ${holds}`,
        `磁盘 ${disk} 上有数据（${holds}），除非输入其序列号（slipway machine overwrite），否则会拒绝`,
      );
    }
    if (!(error instanceof SlipwayError)) throw error;
    return text(`the disk cannot be chosen yet (${error.code})`, `暂时无法选定磁盘（${error.code}）`);
  }
};
