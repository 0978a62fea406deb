import * as z from "zod";

/** Where the machines take the time from. Certificates are made only once every clock agrees with the appliance's. */
export const TimeSettings = z
  .strictObject({
    servers: z
      .array(z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/))
      .max(8)
      .default([])
      .describe("NTP servers of the site, by address or name; none: the appliance serves the time"),
  })
  .describe("Time servers");
