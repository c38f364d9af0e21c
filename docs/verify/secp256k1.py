"""Who signed? The address behind an Ethereum signature. Nothing here is secret, so nothing here hides
how long it takes."""

from keccak import keccak256

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


def _double(point):
    x, y, z = point
    if not y:
        return (0, 0, 0)
    square = y * y % P
    s, m = 4 * x * square % P, 3 * x * x % P
    new_x = (m * m - 2 * s) % P
    return new_x, (m * (s - new_x) - 8 * square * square) % P, 2 * y * z % P


def _add(one, other):
    if not one[2]:
        return other
    if not other[2]:
        return one
    z1, z2 = one[2] * one[2] % P, other[2] * other[2] % P
    u1, u2 = one[0] * z2 % P, other[0] * z1 % P
    s1, s2 = one[1] * z2 * other[2] % P, other[1] * z1 * one[2] % P
    if u1 == u2:
        return _double(one) if s1 == s2 else (0, 0, 0)
    h, r = u2 - u1, s2 - s1
    h2 = h * h % P
    h3, v = h2 * h % P, u1 * h2 % P
    x = (r * r - h3 - 2 * v) % P
    return x, (r * (v - x) - s1 * h3) % P, h * one[2] * other[2] % P


def _multiply_both(point, by_point, by_generator):
    """point · by_point + G · by_generator, both scalars walked at once."""
    point, generator = (*point, 1), (*G, 1)
    table = [(0, 0, 0), generator, point, _add(generator, point)]
    total = (0, 0, 0)
    for bit in range(255, -1, -1):
        total = _double(total)
        total = _add(total, table[(by_point >> bit & 1) * 2 + (by_generator >> bit & 1)])
    return total


def recover(digest: bytes, signature: bytes) -> bytes:
    """The 20 bytes of the address that signed `digest`; `ValueError` when nobody did."""
    r, s, v = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64]
    if len(signature) != 65 or v not in (27, 28):
        raise ValueError("is not r, s and v of 27 or 28")
    if not 0 < r < N or not 0 < s <= N // 2:
        raise ValueError("is out of range, or not in its lower form")
    square = (pow(r, 3, P) + 7) % P
    y = pow(square, (P + 1) // 4, P)
    if y * y % P != square:
        raise ValueError("is on no point of the curve")
    if y & 1 != v - 27:
        y = P - y
    inverse, message = pow(r, -1, N), int.from_bytes(digest, "big")
    x, y, z = _multiply_both((r, y), s * inverse % N, -message * inverse % N)
    if not z:
        raise ValueError("is by nobody")
    unit = pow(z, -1, P)
    x, y = x * unit * unit % P, y * unit**3 % P
    return keccak256(x.to_bytes(32, "big") + y.to_bytes(32, "big"))[12:]
