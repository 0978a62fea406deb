import type { SameKeys } from "../words.ts";
import type { bundles as original } from "../en/bundles.ts";

/** 软件包页面的文字。 */
export const bundles: SameKeys<typeof original> = {
  none: "软件包库为空。请在下方导入带入现场的软件包。",
  name: "软件包",
  signature: "签名",
  trust: { trusted: "受信任的密钥", unsigned: "无签名" },
  size: "大小",
  blobs: "数据块",
  takenAt: "导入时间",
  takenBy: "导入人",
  from: "来源",
  import: "导入",
  importHint:
    "文件由管理机自行读取：请将其放到管理机的磁盘或 U 盘上，并填写在管理机上的路径。读取时逐字节校验签名，未通过的内容不会保留。",
  dropped:
    "“{{file}}”位于您的电脑上，浏览器无法提供其路径。请先复制到管理机（scp 或 U 盘），再在下方填写路径。",
  path: "管理机上的路径",
  pathExample: "/media/usb/slipway-1.37.tar",
  importNow: "导入",
  imported: "{{name}} 已入库；新增数据块：{{blobs}}",
  trustedKeys: "受信任的密钥",
  noKeys: "尚无受信任的密钥：核对指纹后用 `slipway bundle trust add KEY.pub` 添加。",
  keyName: "名称",
  fingerprint: "指纹",
  verify: "校验软件包库",
  verifyNow: "校验",
  verifyHint: "读取库中的每个数据块，并与其摘要比对。",
  whole: "所有数据块均完好",
  fault: { missing: "缺失", altered: "被改动" },
  about: "概况",
  digest: "摘要",
  signedBy: "签名密钥",
  unsigned: "无",
  sbom: "下载 SBOM",
  contents: "内容",
  noItems: "没有匹配的内容。",
  kind: "类型",
  component: "组件",
  item: "名称",
  arch: "架构",
};
