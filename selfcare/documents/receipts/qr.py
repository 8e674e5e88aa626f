"""Draws an address as a QR code (ISO/IEC 18004: bytes, level M, versions 1 to 6); nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, product

# By version, at level M: error correction codewords a block, and the data codewords of each block.
BLOCKS = {1: (10, [16]), 2: (16, [28]), 3: (26, [44]), 4: (18, [32] * 2), 5: (24, [43] * 2),
          6: (16, [27] * 4)}  # fmt: skip
QUIET = 4
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)
type Grid = list[list[bool]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG path of unit squares for a box of `box` by `box` that begins at -4, -4."""

    path: str
    box: int


def drawing(text: str) -> Drawing | None:
    """None for a text that is too long; then the words beside it have to do."""
    grid = matrix(text)
    if grid is None:
        return None
    runs = []
    for y, row in enumerate(grid):
        x = 0
        while x < len(row):
            wide = 0
            while x + wide < len(row) and row[x + wide]:
                wide += 1
            if wide:
                runs.append(f"M{x} {y}h{wide}v1h-{wide}z")
            x += max(wide, 1)
    return Drawing("".join(runs), len(grid) + 2 * QUIET)


def matrix(text: str) -> Grid | None:
    """Rows of modules, True for dark, without the quiet zone."""
    raw = text.encode()
    version = next((v for v, (_, sizes) in BLOCKS.items() if len(raw) + 2 <= sum(sizes)), None)
    if version is None:
        return None
    bits = _bits(raw, version)
    return min((_drawn(version, bits, mask) for mask in range(8)), key=_penalty)


def _bits(raw: bytes, version: int) -> list[bool]:
    """Mode, length, bytes and padding, with their error correction, as they are laid out."""
    correction, sizes = BLOCKS[version]
    stream = f"0100{len(raw):08b}" + "".join(f"{byte:08b}" for byte in raw) + "0000"
    data = [int(stream[i : i + 8], 2) for i in range(0, len(stream), 8)]
    data += [(0xEC, 0x11)[i % 2] for i in range(sum(sizes) - len(data))]
    blocks, at = [], 0
    for size in sizes:
        blocks.append(data[at : at + size])
        at += size
    checks = [_correction(block, correction) for block in blocks]
    words = [word for column in zip(*blocks, strict=True) for word in column]
    words += [word for column in zip(*checks, strict=True) for word in column]
    return [word >> bit & 1 == 1 for word in words for bit in range(7, -1, -1)]


def _times(a: int, b: int) -> int:
    """In the field of 256 elements with x^8 + x^4 + x^3 + x^2 + 1."""
    made = 0
    while b:
        made ^= a if b & 1 else 0
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return made


def _correction(data: list[int], count: int) -> list[int]:
    """Reed-Solomon: the rest of the data divided by the generator of `count` roots."""
    generator, root = [1], 1
    for _ in range(count):
        longer = [*generator, 0]
        for i, one in enumerate(generator):
            longer[i + 1] ^= _times(one, root)
        generator, root = longer, _times(root, 2)
    rest = [*data, *[0] * count]
    for i in range(len(data)):
        for j, one in enumerate(generator):
            rest[i + j] ^= _times(one, rest[i]) if j else 0
    return rest[len(data) :]


def _drawn(version: int, bits: list[bool], mask: int) -> Grid:
    size = 17 + 4 * version
    grid = [[False] * size for _ in range(size)]
    taken = [[False] * size for _ in range(size)]

    def put(y: int, x: int, dark: bool) -> None:
        if 0 <= y < size and 0 <= x < size:
            grid[y][x], taken[y][x] = dark, True

    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for dy, dx in product(range(-1, 8), repeat=2):
            put(top + dy, left + dx, max(abs(dy - 3), abs(dx - 3)) in {0, 1, 3})
    if version > 1:
        for dy, dx in product(range(-2, 3), repeat=2):
            put(size - 7 + dy, size - 7 + dx, max(abs(dy), abs(dx)) != 1)
    for i in range(8, size - 8):
        put(6, i, i % 2 == 0)
        put(i, 6, i % 2 == 0)
    _put_format(put, size, mask)
    _fill(grid, taken, bits, mask)
    return grid


def _put_format(put: Callable[[int, int, bool], None], size: int, mask: int) -> None:
    """Level M and the mask, protected by a BCH code, twice; and the one module always dark."""
    rest = mask << 10
    for bit in range(14, 9, -1):
        rest ^= 0x537 << (bit - 10) if rest >> bit & 1 else 0
    code = (mask << 10 | rest) ^ 0x5412
    down = [(y, 8) for y in (0, 1, 2, 3, 4, 5, 7, 8)] + [(8, x) for x in (7, 5, 4, 3, 2, 1, 0)]
    split = [(8, size - 1 - i) for i in range(8)] + [(size - 7 + i, 8) for i in range(7)]
    for bit in range(15):
        dark = code >> bit & 1 == 1
        put(*down[bit], dark)
        put(*split[bit], dark)
    put(size - 8, 8, True)


def _fill(grid: Grid, taken: Grid, bits: list[bool], mask: int) -> None:
    """In columns of two from the right, up and down in turn, around what stands there."""
    size, at, up = len(grid), 0, True
    for right in range(size - 1, 0, -2):
        column = right - 1 if right <= 6 else right
        for step in range(size):
            y = size - 1 - step if up else step
            for x in (column, column - 1):
                if taken[y][x]:
                    continue
                dark = bits[at] if at < len(bits) else False
                grid[y][x] = dark != MASKS[mask](y, x)
                at += 1
        up = not up


def _penalty(grid: Grid) -> int:
    """How hard it is to read: long runs, blocks of one colour, too much of one colour."""
    size, cost = len(grid), 0
    for lines in (grid, [list(column) for column in zip(*grid, strict=True)]):
        for line in lines:
            run = 1
            for before, now in pairwise(line):
                run = run + 1 if before == now else 1
                cost += 3 if run == 5 else 1 if run > 5 else 0
    for y, x in product(range(size - 1), repeat=2):
        alike = {grid[y][x], grid[y][x + 1], grid[y + 1][x], grid[y + 1][x + 1]}
        cost += 3 if len(alike) == 1 else 0
    dark = sum(map(sum, grid)) * 100 // size**2
    return cost + abs(dark - 50) // 5 * 10
