// Which bytes are the contracts of Footnote? Compiles src/ with the pinned solc and writes one
// artifact per contract; with --check it writes nothing and fails on any difference.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const ARTIFACTS = join(HERE, "artifacts");
// Contracts that are deployed; the other sources are parts of Registry and Settlement.
const DEPLOYED = ["FeePolicy", "OpenToken", "Registry", "Settlement"];
// No metadata hash in the bytecode: comments and paths must not change it.
const SETTINGS = {
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 1000 },
  viaIR: true,
  metadata: { bytecodeHash: "none", appendCBOR: false },
  outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
};
// EIP-170.
const MAX_DEPLOYED_BYTES = 24_576;

function fail(message) {
  console.error(message);
  process.exit(1);
}

function loadCompiler() {
  if (!existsSync(join(HERE, "node_modules", "solc"))) {
    fail(`node_modules is missing. Next step: npm ci --prefix ${HERE}`);
  }
  return createRequire(import.meta.url)("solc");
}

function sources() {
  const names = readdirSync(join(HERE, "src")).filter((name) => name.endsWith(".sol")).sort();
  return Object.fromEntries(
    names.map((name) => [`src/${name}`, { content: readFileSync(join(HERE, "src", name), "utf8") }]),
  );
}

function findImport(path) {
  const file = join(HERE, "node_modules", path);
  return existsSync(file) ? { contents: readFileSync(file, "utf8") } : { error: `${path} not found` };
}

// Warnings in our sources fail as errors do. Those inside the pinned library are its own: solc
// warns of every use of transient storage, and its reentrancy guard is the use that is safe.
function isOurs(problem) {
  const file = problem.sourceLocation?.file ?? "";
  return problem.severity === "error" || !file.startsWith("@openzeppelin/");
}

function compile(solc) {
  const input = { language: "Solidity", sources: sources(), settings: SETTINGS };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }));
  const problems = (output.errors ?? []).filter(isOurs);
  for (const problem of problems) console.error(problem.formattedMessage);
  if (problems.length > 0) fail(`solc reported ${problems.length} problem(s)`);
  return output.contracts;
}

function artifact(solc, contracts, name) {
  const { abi, evm } = contracts[`src/${name}.sol`][name];
  const deployedSize = evm.deployedBytecode.object.length / 2;
  if (deployedSize > MAX_DEPLOYED_BYTES) fail(`${name} is ${deployedSize} bytes, above EIP-170`);
  const { evmVersion, optimizer, viaIR } = SETTINGS;
  const compiler = { solc: solc.version(), evmVersion, optimizerRuns: optimizer.runs, viaIR };
  const content = { contractName: name, compiler, deployedSize, abi, bytecode: `0x${evm.bytecode.object}` };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function differs(name, text) {
  const file = join(ARTIFACTS, `${name}.json`);
  if (!existsSync(file)) return `${file} is missing`;
  const committed = readFileSync(file, "utf8");
  if (committed === text) return null;
  const [old, fresh] = [JSON.parse(committed), JSON.parse(text)];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  const changed = keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(fresh[key]));
  return `${file} differs in ${changed.join(", ") || "formatting"}`;
}

function main() {
  const flags = process.argv.slice(2);
  if (flags.some((flag) => flag !== "--check")) fail("usage: node build.mjs [--check]");
  const solc = loadCompiler();
  const contracts = compile(solc);
  const built = DEPLOYED.map((name) => [name, artifact(solc, contracts, name)]);
  if (flags.includes("--check")) {
    const differences = built.map(([name, text]) => differs(name, text)).filter(Boolean);
    if (differences.length > 0) fail(`${differences.join("\n")}\nNext step: node build.mjs`);
    console.log(`${built.length} artifacts equal the sources`);
    return;
  }
  mkdirSync(ARTIFACTS, { recursive: true });
  for (const [name, text] of built) {
    writeFileSync(join(ARTIFACTS, `${name}.json`), text);
    console.log(`${name}: ${JSON.parse(text).deployedSize} bytes deployed`);
  }
}

main();
