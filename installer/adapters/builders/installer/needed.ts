/** Constants of the ELF format, 64 bit, little endian (System V ABI, gABI 4.1, chapters 4 and 5). */
const DYNAMIC_SECTION = 6;
const NEEDED_TAG = 1n;

/**
 * Names of the shared libraries that a program or library asks for; empty for what is no such file. Read from the file
 * itself, so that it works for any architecture.
 */
export const neededLibraries = (file: Buffer): readonly string[] => {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) return [];
  const table = Number(file.readBigUInt64LE(40));
  const entry = file.readUInt16LE(58);
  const count = file.readUInt16LE(60);
  const section = (index: number) => {
    const at = table + index * entry;
    return {
      type: file.readUInt32LE(at + 4),
      offset: Number(file.readBigUInt64LE(at + 24)),
      size: Number(file.readBigUInt64LE(at + 32)),
      link: file.readUInt32LE(at + 40),
    };
  };
  const dynamic = Array.from({ length: count }, (_, index) => section(index)).find(
    ({ type }) => type === DYNAMIC_SECTION,
  );
  if (dynamic === undefined) return [];
  const names = section(dynamic.link).offset;
  const needed: string[] = [];
  for (let at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.size; at += 16) {
    if (file.readBigUInt64LE(at) !== NEEDED_TAG) continue;
    const start = names + Number(file.readBigUInt64LE(at + 8));
    needed.push(file.toString("latin1", start, file.indexOf(0, start)));
  }
  return needed;
};
