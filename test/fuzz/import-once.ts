/** Imports one bundle and exits; the fuzzer kills it. Arguments: store, file, trusted key as JSON. */
import { readFile } from "node:fs/promises";
import { TrustedKey } from "../../installer/contract/bundle/trust.ts";
import { believe, importFrom, openStore } from "../bundle/signed.ts";

const [root = "", file = "", key = ""] = process.argv.slice(2);
const approve = believe(TrustedKey.parse(JSON.parse(await readFile(key, "utf8"))));
const store = await openStore(root);
process.stdout.write("ready\n");
await importFrom(store, file, approve);
