import { message } from "./message.ts";

/** What the commands about certificates and snapshots say. */
export const etcdMessages = {
  colTaken: message("TAKEN", "创建时间"),
  colRevision: message("REVISION", "修订版本"),
  colKept: message("KEPT ON", "保存位置"),
  colDigest: message("SHA256", "SHA256"),
  colEnds: message("ENDS", "到期时间"),
  colLeft: message("LEFT", "剩余"),
  colSubject: message("SUBJECT", "主体"),
  colIssuer: message("ISSUER", "签发者"),
  colPlace: message("PLACE", "位置"),
  "certificate.valid": message("valid", "有效"),
  "certificate.expiring": message("expiring", "即将到期"),
  "certificate.expired": message("expired", "已过期"),
  thisAppliance: message("appliance", "本设备"),
  restoreSource: message(
    "name either --snapshot or --from-member",
    "请指定 --snapshot 或 --from-member 之一",
  ),
  expiringForm: message(
    "--expiring {value}: write 30d, 12h or 10m",
    "--expiring {value}：请写成 30d、12h 或 10m",
  ),
};
