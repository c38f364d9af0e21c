"""keccak-256, as Ethereum uses it (the padding of Keccak, not that of SHA-3)."""

MASK = (1 << 64) - 1
RATE_BYTES = 136


def _round_constants():
    constants, lfsr = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            if lfsr & 1:
                constant |= 1 << ((1 << j) - 1)
            lfsr = (lfsr << 1) ^ (0x171 if lfsr & 0x80 else 0)
        constants.append(constant)
    return constants


def _rotations():
    """For each lane after the first: where it moves and by how much it turns (ρ and π)."""
    x, y, moves = 1, 0, []
    for step in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        moves.append((x + 5 * y, (step + 1) * (step + 2) // 2 % 64))
    return moves


ROUND_CONSTANTS, MOVES = _round_constants(), _rotations()


def _permute(lanes):
    for constant in ROUND_CONSTANTS:
        column = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        for x in range(5):
            after = column[(x + 1) % 5]
            change = column[x - 1] ^ ((after << 1 | after >> 63) & MASK)
            for y in range(0, 25, 5):
                lanes[x + y] ^= change
        carried = lanes[1]
        for target, turn in MOVES:
            carried, lanes[target] = lanes[target], (carried << turn | carried >> (64 - turn)) & MASK
        for y in range(0, 25, 5):
            row = lanes[y : y + 5]
            for x in range(5):
                lanes[x + y] = row[x] ^ (~row[(x + 1) % 5] & MASK & row[(x + 2) % 5])
        lanes[0] ^= constant


def keccak256(data: bytes) -> bytes:
    """The 32 bytes of keccak-256 over `data`."""
    padding = RATE_BYTES - len(data) % RATE_BYTES
    data += b"\x01" + b"\x00" * (padding - 2) + b"\x80" if padding > 1 else b"\x81"
    lanes = [0] * 25
    for block in range(0, len(data), RATE_BYTES):
        for lane in range(RATE_BYTES // 8):
            at = block + 8 * lane
            lanes[lane] ^= int.from_bytes(data[at : at + 8], "little")
        _permute(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])
