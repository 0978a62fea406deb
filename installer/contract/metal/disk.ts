import * as z from "zod";

/**
 * How an operator names the disk that a machine is installed on: by something that stays the same across boots, or by a
 * rule that must match exactly one disk. `/dev/sda` is neither.
 */
export const DiskSelector = z.union([
  z.strictObject({ serial: z.string().min(1) }),
  z.strictObject({ wwn: z.string().min(1) }),
  z.strictObject({ byPath: z.string().min(1) }),
  z
    .strictObject({
      minimumBytes: z.number().int().positive().optional(),
      maximumBytes: z.number().int().positive().optional(),
      rotational: z.boolean().optional(),
    })
    .refine((rule) => Object.keys(rule).length > 0, "a size rule needs a limit"),
]);
export type DiskSelector = Readonly<z.output<typeof DiskSelector>>;
