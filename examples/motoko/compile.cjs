// Compiles Main.mo: node compile.cjs MODULES MAIN INTERFACE OUTPUT
//
// MODULES is the directory that npm installed into; INTERFACE the scheduler's Candid file.

const fs = require("fs");
const path = require("path");

const [modules, main, interface, output] = process.argv.slice(2);
const motoko = require(path.join(modules, "motoko")).default;

// Only the types are used of the imported canister, so that its id does not matter.
const ANY_CANISTER = "rrkah-fqaaa-aaaaa-aaaaq-cai";

motoko.loadPackage(require(path.join(modules, "motoko/packages/latest/core.json")));
motoko.write(`interfaces/${ANY_CANISTER}.did`, fs.readFileSync(interface, "utf8"));
motoko.setAliases("interfaces", { scheduler: ANY_CANISTER });
motoko.setPublicMetadata(["candid:service", "candid:args"]);
motoko.write("Main.mo", fs.readFileSync(main, "utf8"));

const faults = motoko.check("Main.mo");
for (const { range, severity, code, message } of faults) {
    const kind = severity === 1 ? "error" : "warning";
    console.error(`${main}:${range.start.line + 1}: ${kind} ${code}: ${message}`);
}
if (faults.length > 0) process.exit(1);
fs.writeFileSync(output, motoko.wasm("Main.mo", "ic").wasm);
