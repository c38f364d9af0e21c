#!/usr/bin/env python3
"""Recomputes receipts of the format footnote-receipt/1 from themselves alone, offline.

    python3 verify.py receipt.json           one envelope
    python3 verify.py receipts.jsonl         the receipts of an epoch, one envelope a line, in order
    python3 verify.py --signer 0x… FILE      and they must be signed by this address

Exit 0 when all of it holds, 1 naming the first field that does not. Written from docs/receipt.md, in
Python's standard library alone; it shares no code with the service.
"""

import json
import sys
from fractions import Fraction

from keccak import keccak256
from secp256k1 import recover

WHOLE = 1_000_000
CONSTANTS = {
    "wording_least_ppm": 350_000,
    "meaning_least_ppm": 450_000,
    "necessity_least_ppm": 100_000,
    "epsilon_millinat": 500,
    "near_copy_jaccard_ppm": 800_000,
    "boilerplate_owners": 5,
    "owners_most": 40,
    "derived_words_ppm": 600_000,
    "derived_support_ppm": 750_000,
    "unsupported_below_ppm": 200_000,
}
ROLES = ["platform", "adapter", "stakers", "data"]
NANO_MOST = 2**63 - 1


class Fault(Exception):
    """The first field that does not hold."""

    def __init__(self, field, reason):
        super().__init__(f"field `{field}`: {reason}")


def same(field, found, wanted):
    if found != wanted:
        raise Fault(field, f"is {found!r}, but recomputes to {wanted!r}")


# ---- bytes ------------------------------------------------------------------------------------------


def canonical(value) -> bytes:
    """RFC 8785 of values without numbers: objects, lists, strings, truth values, null."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return b"{" + b",".join(canonical(key) + b":" + canonical(value[key]) for key in keys) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    if value is None or isinstance(value, (str, bool)):
        return json.dumps(value, ensure_ascii=False).encode()
    raise Fault("(whole)", "numbers have no place in a receipt")


# ---- shapes: every field of docs/receipt.md, and no other -----------------------------------------------


def integer(bits):
    def read(field, value):
        plain = isinstance(value, str) and value.isascii() and value.isdigit()
        if not plain or (value[0] == "0" and value != "0"):
            raise Fault(field, "is not an integer in its shortest decimal form")
        # By length first: a megabyte of digits is not worth reading as a number.
        if len(value) > 20 or int(value) >= 2**bits:
            raise Fault(field, "is out of range")
        return int(value)

    return read


def hexadecimal(length):
    def read(field, value):
        digits = value[2:] if isinstance(value, str) and value[:2] == "0x" else ""
        if len(digits) != 2 * length or any(digit not in "0123456789abcdef" for digit in digits):
            raise Fault(field, f"is not 0x and {length} bytes in lower-case hexadecimal")
        return value

    return read


def text(field, value):
    if not isinstance(value, str):
        raise Fault(field, "is not a text")
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise Fault(field, "holds half a character (an unpaired surrogate)")
    return value


def truth(field, value):
    if not isinstance(value, bool):
        raise Fault(field, "is neither true nor false")
    return value


def one_of(*names):
    def read(field, value):
        if value not in names:
            raise Fault(field, f"is none of {', '.join(names)}")
        return value

    return read


def many(read_one):
    def read(field, value):
        if not isinstance(value, list):
            raise Fault(field, "is not a list")
        return [read_one(f"{field}[{at}]", one) for at, one in enumerate(value)]

    return read


def optional(read_one):
    return lambda field, value: None if value is None else read_one(field, value)


def texts_by_name(field, value):
    if not isinstance(value, dict):
        raise Fault(field, "is not an object")
    return {text(field, name): text(f"{field}.{name}", one) for name, one in value.items()}


def shape(**fields):
    def read(field, value):
        if not isinstance(value, dict):
            raise Fault(field, "is not an object")
        path = f"{field}." if field else ""
        for name in value:
            if name not in fields:
                raise Fault(path + name, "is unknown")
        for name in fields:
            if name not in value:
                raise Fault(path + name, "is missing")
        return {name: fields[name](path + name, value[name]) for name in fields}

    return read


U32, U64, NANO = integer(32), integer(64), integer(63)
DIGEST, ADDRESS = hexadecimal(32), hexadecimal(20)

OWNER = shape(
    content_hash=DIGEST,
    age=shape(block=U64, log_index=U32),
    payees=many(shape(payee=DIGEST, ppm=U32)),
    wording=many(U32),
    meaning=many(U32),
    necessity=optional(many(U32)),
    support=many(U32),
    behind=many(optional(DIGEST)),
)
PASSAGE = shape(
    content_hash=DIGEST,
    age=shape(block=U64, log_index=U32),
    start=U64,
    end=U64,
    relevance=U32,
    sentences=U32,
    unowned=many(
        shape(
            start=U64,
            end=U64,
            reason=one_of("copy", "boilerplate", "removed"),
            owner=optional(DIGEST),
        )
    ),
    read=truth,
)
RECEIPT = shape(
    version=one_of("footnote-receipt/1"),
    chain_id=U64,
    settlement=ADDRESS,
    sequence=U64,
    epoch=U64,
    previous=DIGEST,
    payer=DIGEST,
    funding=one_of("balance", "promotion", "x402"),
    request_hash=DIGEST,
    answer_hash=DIGEST,
    backend=text,
    model=shape(id=text, digest=DIGEST),
    adapters=many(shape(alias=text, digest=DIGEST, payee=DIGEST, weight=U32, tokens=U64)),
    retrieval=shape(
        generation=DIGEST,
        unigrams=DIGEST,
        algorithm=text,
        parameters=texts_by_name,
        passages=many(PASSAGE),
    ),
    attribution=shape(
        algorithm=one_of("footnote-poa/1"),
        estimator=one_of("words/1", "meaning/1", "causal/1"),
        constants=shape(**{name: U32 for name in CONSTANTS}),
        units=many(U32),
        owners=many(OWNER),
        shares=many(U32),
        total=U32,
    ),
    citations=many(
        shape(
            n=U32, datanet=DIGEST, version=U64, content_hash=DIGEST, start=U64, end=U64,
            quote_hash=DIGEST, sentence=U32,
        )
    ),
    usage=shape(tokens_in=U64, tokens_out=U64),
    tariff=shape(hash=DIGEST, rates=shape(base=NANO, per_1000_in=NANO, per_1000_out=NANO)),
    held=NANO,
    gross=NANO,
    charged=NANO,
    refunded=NANO,
    policy=shape(version=U64, bps=many(U32), residual_rule=one_of("refund", "treasury")),
    lines=many(shape(role=one_of(*ROLES, "treasury"), payee=DIGEST, amount=NANO)),
    hold_id=DIGEST,
    capture_id=DIGEST,
    time=U64,
)
ENVELOPE = shape(receipt=RECEIPT, hash=DIGEST, signer=ADDRESS, signature=hexadecimal(65))


# ---- shares -------------------------------------------------------------------------------------------


def largest_remainder(total, weights):
    """`total` in proportion to `weights`; what is left over goes to the largest remainders, ties to the
    earlier."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [Fraction(total) * weight / whole for weight in weights]
    parts = [int(one) for one in exact]
    order = sorted(range(len(weights)), key=lambda at: (parts[at] - exact[at], at))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


def support_of(owner, constants):
    kinds = [(owner["wording"], "wording"), (owner["meaning"], "meaning")]
    if owner["necessity"] is not None:
        kinds.append((owner["necessity"], "necessity"))
    counted = [
        [value if value >= constants[f"{name}_least_ppm"] else 0 for value in values] for values, name in kinds
    ]
    return [max(values) for values in zip(*counted)]


def check_attribution(record):
    path, units, owners = "receipt.attribution", record["units"], record["owners"]
    for name, value in CONSTANTS.items():
        same(f"{path}.constants.{name}", record["constants"][name], value)
    same(f"{path}.units", sum(units), WHOLE)
    if len(owners) > CONSTANTS["owners_most"]:
        raise Fault(f"{path}.owners", "are too many")
    hashes = [owner["content_hash"] for owner in owners]
    if any(one >= other for one, other in zip(hashes, hashes[1:])):
        raise Fault(f"{path}.owners", "are not in strictly ascending order")
    for at, owner in enumerate(owners):
        check_owner(f"{path}.owners[{at}]", owner, record)
    phi = [Fraction(0)] * len(owners)
    supported = 0
    for unit, weight in enumerate(units):
        supports = sorted((owner["support"][unit], at) for at, owner in enumerate(owners))
        share, before = Fraction(0), 0
        for k, (support, at) in enumerate(supports):
            share += Fraction(weight * (support - before), len(owners) - k)
            phi[at] += share
            before = support
        supported += weight * before
    total = supported // WHOLE
    same(f"{path}.shares", record["shares"], largest_remainder(total, phi))
    same(f"{path}.total", record["total"], total)
    if total < record["constants"]["unsupported_below_ppm"]:
        raise Fault(f"{path}.total", "is below the limit under which nothing is charged")


def check_owner(path, owner, record):
    estimator, units = record["estimator"], record["units"]
    for name in ("wording", "meaning", "necessity"):
        values = owner[name]
        if values is not None and (len(values) != len(units) or max(values, default=0) > WHOLE):
            raise Fault(f"{path}.{name}", "is not one part of a whole per unit")
    if (owner["necessity"] is not None) != (estimator == "causal/1"):
        raise Fault(f"{path}.necessity", "does not fit the estimator")
    if estimator == "words/1" and any(owner["meaning"]):
        raise Fault(f"{path}.meaning", "does not fit the estimator")
    parts, payees = owner["payees"], [one["payee"] for one in owner["payees"]]
    if not 1 <= len(parts) <= 128 or sum(one["ppm"] for one in parts) != WHOLE:
        raise Fault(f"{path}.payees", "are not up to 128 parts of a whole")
    if any(one >= other for one, other in zip(payees, payees[1:])):
        raise Fault(f"{path}.payees", "are not in strictly ascending order")
    same(f"{path}.support", owner["support"], support_of(owner, record["constants"]))
    check_behind(f"{path}.behind", owner, record)


def age_of(one):
    return one["age"]["block"], one["age"]["log_index"]


def check_behind(path, owner, record):
    """Where an owner stands behind an older one, it has no support, and the older one has."""
    if len(owner["behind"]) != len(record["units"]):
        raise Fault(path, "is not one place per unit")
    by_hash = {one["content_hash"]: one for one in record["owners"]}
    for unit, older in enumerate(owner["behind"]):
        if older is None:
            continue
        leads = older in by_hash and age_of(by_hash[older]) < age_of(owner)
        if not leads or not any(by_hash[older]["support"][unit : unit + 1]) or owner["support"][unit]:
            raise Fault(path, "is not an older owner that supports what this one does not")


def check_passages(receipt):
    """Those considered for pay are those who own what was read, no more and no fewer."""
    owners = {owner["content_hash"]: owner for owner in receipt["attribution"]["owners"]}
    read = set()
    for at, passage in enumerate(receipt["retrieval"]["passages"]):
        path = f"receipt.retrieval.passages[{at}]"
        check_passage(path, passage)
        owns = len(passage["unowned"]) < passage["sentences"]
        owner = owners.get(passage["content_hash"])
        if owns and owner and owner["age"] != passage["age"]:
            raise Fault(f"{path}.age", "differs from the age of the same owner")
        check_copies(path, passage, owners)
        if passage["read"]:
            read.update(one["owner"] for one in passage["unowned"] if one["owner"])
            read.update([passage["content_hash"]] if owns else [])
    if read != set(owners):
        raise Fault("receipt.attribution.owners", "are not the owners of the sentences that were read")


def check_passage(path, passage):
    if passage["start"] >= passage["end"]:
        raise Fault(f"{path}.end", "the passage is empty")
    if len(passage["unowned"]) > passage["sentences"]:
        raise Fault(f"{path}.sentences", "are fewer than those not owned")
    place = passage["start"]
    for at, one in enumerate(passage["unowned"]):
        if not place <= one["start"] < one["end"] <= passage["end"]:
            raise Fault(f"{path}.unowned[{at}].start", "is not in its passage, after those before")
        place = one["end"]
        if (one["reason"] == "copy") != (one["owner"] is not None):
            raise Fault(f"{path}.unowned[{at}].owner", "is there for a copy, and only for a copy")


def check_copies(path, passage, owners):
    for at, one in enumerate(passage["unowned"]):
        if one["owner"] in owners and age_of(owners[one["owner"]]) > age_of(passage):
            raise Fault(f"{path}.unowned[{at}].owner", "is younger than its copy")


def check_citations(receipt):
    record = receipt["attribution"]
    by_hash = {owner["content_hash"]: owner for owner in record["owners"]}
    numbers = {}
    for at, citation in enumerate(receipt["citations"]):
        path, document = f"receipt.citations[{at}]", citation["content_hash"]
        if citation["start"] >= citation["end"]:
            raise Fault(f"{path}.end", "the quote is empty")
        supports = by_hash.get(document, {"support": []})["support"]
        if not any(supports[citation["sentence"] : citation["sentence"] + 1]):
            raise Fault(f"{path}.sentence", "is not supported by the cited contribution")
        same(f"{path}.n", numbers.setdefault(citation["n"], document), document)
    if sorted(numbers) != list(range(1, len(numbers) + 1)) or len(set(numbers.values())) != len(numbers):
        raise Fault("receipt.citations", "numbers are not 1, 2, … with one per contribution")
    for owner, share in zip(record["owners"], record["shares"]):
        if share and owner["content_hash"] not in numbers.values():
            raise Fault("receipt.citations", f"{owner['content_hash']} earns but is not cited")


def check_adapters(adapters):
    digests = [one["digest"] for one in adapters]
    if any(one >= following for one, following in zip(digests, digests[1:])):
        raise Fault("receipt.adapters", "do not ascend by digest")
    if adapters and sum(one["weight"] for one in adapters) != WHOLE:
        raise Fault("receipt.adapters", "their weights are no whole")


# ---- money --------------------------------------------------------------------------------------------


def check_money(receipt, rates_bytes):
    tariff, usage, policy = receipt["tariff"], receipt["usage"], receipt["policy"]
    same("receipt.tariff.hash", tariff["hash"], "0x" + keccak256(rates_bytes).hex())
    rates = tariff["rates"]
    by_tokens = rates["per_1000_in"] * usage["tokens_in"] + rates["per_1000_out"] * usage["tokens_out"]
    gross = rates["base"] + by_tokens // 1_000
    if gross > NANO_MOST:
        raise Fault("receipt.usage", "costs more than an amount can hold")
    same("receipt.gross", receipt["gross"], gross)
    if receipt["held"] < gross:
        raise Fault("receipt.held", "is less than the gross price")
    if len(policy["bps"]) != 4 or sum(policy["bps"]) != 10_000:
        raise Fault("receipt.policy.bps", "are not four parts of 10 000")
    supported = gross * receipt["attribution"]["total"] // WHOLE
    charged = supported if policy["residual_rule"] == "refund" else gross
    same("receipt.charged", receipt["charged"], charged)
    same("receipt.refunded", receipt["refunded"], gross - charged)
    check_lines(receipt, supported, charged)


def check_lines(receipt, supported, charged):
    lines, record = receipt["lines"], receipt["attribution"]
    named = {line["role"]: line["payee"] for line in reversed(lines)}
    paid = [one for one in receipt["adapters"] if int(one["payee"], 16)]
    bps = dict(zip(ROLES, receipt["policy"]["bps"]))
    for role, anybody in (("adapter", any(one["weight"] for one in paid)), ("stakers", named.get("stakers"))):
        if not anybody:
            bps["data"] += bps.pop(role)
            bps[role] = 0
    amounts = dict(zip(ROLES, largest_remainder(supported, [bps[role] for role in ROLES])))
    wanted = [("platform", named.get("platform"), amounts["platform"])]
    parts = largest_remainder(amounts["adapter"], [one["weight"] for one in paid])
    wanted += [("adapter", one["payee"], part) for one, part in zip(paid, parts)]
    wanted += [("stakers", named.get("stakers"), amounts["stakers"])]
    for owner, amount in zip(record["owners"], largest_remainder(amounts["data"], record["shares"])):
        parts = largest_remainder(amount, [one["ppm"] for one in owner["payees"]])
        wanted += [("data", one["payee"], part) for one, part in zip(owner["payees"], parts)]
    if receipt["policy"]["residual_rule"] == "treasury":
        wanted.append(("treasury", named.get("treasury"), charged - supported))
    wanted = [line for line in wanted if line[2]]
    same("receipt.lines", [(line["role"], line["payee"], line["amount"]) for line in lines], wanted)


# ---- hash, signature, chain -----------------------------------------------------------------------------


def word(value) -> bytes:
    return value.to_bytes(32, "big") if isinstance(value, int) else bytes.fromhex(value[2:]).rjust(32, b"\0")


def signed_digest(receipt, policy_bytes, receipt_hash) -> bytes:
    """EIP-712: the 32 bytes that are signed."""
    domain = keccak256(
        keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
        + keccak256(b"Footnote")
        + keccak256(b"1")
        + word(receipt["chain_id"])
        + word(receipt["settlement"])
    )
    fields = keccak256(
        keccak256(
            b"Receipt(bytes32 receiptHash,uint64 epoch,uint64 seq,uint128 charged,bytes32 payer,bytes32 policyHash)"
        )
        + word(receipt_hash)
        + word(receipt["epoch"])
        + word(receipt["sequence"])
        + word(receipt["charged"])
        + word(receipt["payer"])
        + keccak256(policy_bytes)
    )
    return keccak256(b"\x19\x01" + domain + fields)


def verify(data: bytes, signer=None):
    """The envelope in `data`, once everything in it holds; raises `Fault`."""
    data = data.rstrip(b" \t\n\x0c\r")
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Fault("(whole)", str(error)) from error
    envelope = ENVELOPE("", raw)
    if canonical(raw) != data:
        raise Fault("(envelope)", "is not in its canonical form")
    receipt = envelope["receipt"]
    if not receipt["sequence"] or not receipt["epoch"]:
        raise Fault("receipt.sequence", "sequence and epoch count from 1")
    if (receipt["sequence"] == 1) != (int(receipt["previous"], 16) == 0):
        raise Fault("receipt.previous", "is zero for the first receipt, and only for it")
    check_attribution(receipt["attribution"])
    check_passages(receipt)
    check_citations(receipt)
    check_adapters(receipt["adapters"])
    check_money(receipt, canonical(raw["receipt"]["tariff"]["rates"]))
    same("hash", envelope["hash"], "0x" + keccak256(canonical(raw["receipt"])).hex())
    digest = signed_digest(receipt, canonical(raw["receipt"]["policy"]), envelope["hash"])
    try:
        recovered = "0x" + recover(digest, bytes.fromhex(envelope["signature"][2:])).hex()
    except ValueError as error:
        raise Fault("signature", str(error)) from error
    same("signer", envelope["signer"], recovered)
    if signer is not None:
        same("signer", recovered, signer.lower())
    return envelope


def verify_file(path, signer=None):
    """How many receipts hold; each must follow the one before it."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise SystemExit(f"cannot read {path}: {error.strerror}") from None
    lines = data.splitlines() if path.endswith(".jsonl") else [data]
    before = None
    for number, line in enumerate(lines, 1):
        try:
            envelope = verify(line, signer)
            receipt = envelope["receipt"]
            if before is not None:
                same("receipt.sequence", receipt["sequence"], before["receipt"]["sequence"] + 1)
                same("receipt.previous", receipt["previous"], before["hash"])
                same("receipt.epoch", receipt["epoch"], before["receipt"]["epoch"])
        except Fault as fault:
            where = f"{path}:{number}: " if path.endswith(".jsonl") else f"{path}: "
            raise SystemExit(f"invalid: {where}{fault}") from None
        before = envelope
    return len(lines)


def main(arguments):
    signer = None
    if arguments[:1] == ["--signer"] and len(arguments) > 1:
        signer, arguments = arguments[1], arguments[2:]
    if not arguments:
        raise SystemExit(__doc__)
    for path in arguments:
        print(f"valid: {path}: {verify_file(path, signer)} receipt(s)")


if __name__ == "__main__":
    main(sys.argv[1:])
