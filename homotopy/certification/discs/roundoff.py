"""The rounding bounds of disc arithmetic in doubles, and the instructions of its programs.

A disc (m, r) holds all complex z with |z - m| <= r; m is a pair of doubles, r a double. Every operation returns a disc
that contains every result for operands in its operand discs. The bounds need no directed rounding; they are derived in
docs/explanation/rounding.md and summed up here. With u = 2^-53 and round to nearest:

* |fl(a b) - a b| <= sqrt(5) u |a| |b| for complex a, b (Brent, Percival & Zimmermann 2007), u |s| |b| for real s;
* |fl(a + b) - (a + b)| <= u |fl(a + b)| (1 + 2u);
* |m| <= max + (sqrt(2) - 1) min of |Re m| and |Im m|, within three roundings; LEAST_SIZE exceeds what underflow hides;
* a radius is a sum of at most twelve roundings of nonnegative terms: INFLATE = 1 + 2^-49 exceeds them;
* underflow of a product of two numbers costs less than TINY; products of three are formed so that no factor that is
  lost can be magnified. Overflow makes a midpoint or a radius inf or nan, and stays so: such a disc claims nothing.
"""

LANES = 16  # discs that share an instruction: two AVX-512 vectors, four AVX2 vectors

U = 2.0**-53
EXTENDED_SUM = 4.0 * U * U  # double-doubles: 3 u^2 for each part of a sum
EXTENDED_MUL = 16.0 * U * U  # 8 sqrt(2) u^2 for a complex product: 5 u^2 each, and their sum
INFLATE = 1.0 + 2.0**-49
HALF_DIAGONAL = 0.4143  # above sqrt(2) - 1
TINY = 1e-300
LEAST_SIZE = 1e-307

# operations on a disc d and a disc or a real scalar s
MUL_DD, ADD_DD, SUB_DD, MUL_SD, ADD_SD, SUB_SD, SUB_DS = range(7)
