import * as z from "zod";
import { words } from "./words.ts";

/** Where the machines take the time from. Certificates are made only once every clock agrees with the appliance's. */
export const TimeSettings = z
  .strictObject({
    servers: z
      .array(z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/))
      .max(8)
      .default([])
      .meta(
        words(
          "NTP servers of the site, by address or name; none: the appliance serves the time",
          "现场的 NTP 服务器，地址或名称；不填则由本设备提供时间",
          [["10.0.0.1"]],
        ),
      ),
  })
  .meta(words("Time servers", "时间服务器"));
