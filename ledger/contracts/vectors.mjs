// Which roots and proofs must our trees have? Writes those of @openzeppelin/merkle-tree for fixed
// leaves, for the golden tests; with --check it writes nothing and fails on any difference.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const FILE = join(HERE, "artifacts", "merkle_golden.json");
const SIZES = [1, 2, 3, 5, 8, 100];
// The standard default: leaves sorted by hash.
const BALANCES = { types: ["bytes32", "uint256"], sortLeaves: true };
// Receipts stay in the order of their sequence numbers.
const RECEIPTS = { types: ["uint256", "bytes32"], sortLeaves: false };

function fail(message) {
  console.error(message);
  process.exit(1);
}

async function loadTree() {
  if (!existsSync(join(HERE, "node_modules", "@openzeppelin", "merkle-tree"))) {
    fail(`node_modules is missing. Next step: npm ci --prefix ${HERE}`);
  }
  return (await import("@openzeppelin/merkle-tree")).StandardMerkleTree;
}

function digest(label) {
  return createHash("sha256").update(label).digest("hex");
}

// Every third payee is an escrow identity, the others are left-padded addresses. Amounts grow from
// 0 past 64 and 128 bits.
function balance(size, index) {
  const hex = digest(`payee ${size} ${index}`);
  const payee = index % 3 === 2 ? `0x${hex}` : `0x${"0".repeat(24)}${hex.slice(24)}`;
  const cumulative = (BigInt(`0x${digest(`amount ${size} ${index}`)}`) >> BigInt(256 - 2 * index)).toString();
  return [payee, cumulative];
}

function receipt(size, index) {
  return [String(1000 + index), `0x${digest(`receipt ${size} ${index}`)}`];
}

function tree(StandardMerkleTree, size, value, { types, sortLeaves }) {
  const values = Array.from({ length: size }, (_, index) => value(size, index));
  const built = StandardMerkleTree.of(values, types, { sortLeaves });
  const leaves = values.map((leaf, index) => ({
    value: leaf,
    hash: built.leafHash(leaf),
    proof: built.getProof(index),
  }));
  return { size, root: built.root, leaves };
}

function render(StandardMerkleTree) {
  const trees = (value, shape) => SIZES.map((size) => tree(StandardMerkleTree, size, value, shape));
  const content = {
    source: "StandardMerkleTree of @openzeppelin/merkle-tree 1.0.8",
    balances: { ...BALANCES, trees: trees(balance, BALANCES) },
    receipts: { ...RECEIPTS, trees: trees(receipt, RECEIPTS) },
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}

const flags = process.argv.slice(2);
if (flags.some((flag) => flag !== "--check")) fail("usage: node vectors.mjs [--check]");
const text = render(await loadTree());
if (flags.includes("--check")) {
  const committed = existsSync(FILE) ? readFileSync(FILE, "utf8") : null;
  if (committed !== text) fail(`${FILE} ${committed === null ? "is missing" : "differs"}\nNext step: node vectors.mjs`);
  console.log("the golden trees equal the library's");
} else {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, text);
  console.log(`${SIZES.length} trees of each kind written`);
}
