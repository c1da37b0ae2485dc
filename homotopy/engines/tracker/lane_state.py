"""What each lane of the predictor-corrector loop knows: one vector for each of these numbers, and true is 1."""

# where it is: its path is under way; u of the path's parameter, and whether it is new; the segment of u; du/dt
LIVE, U_RE, U_IM, MOVED, FROM_RE, FROM_IM, TO_RE, TO_IM, RATE_RE, RATE_IM = range(10)
# what was done: Newton iterations in all, accepted and refused steps, those refused in a row, iterations of this step,
# points known to the predictor
TICKS, STEPS, REJECTED, FALLS, ITERATION, POINTS = range(10, 16)
# the step: how far along the segment the last point is, the step from there, the step after a correction of that point
TAU, STEP, RESUME, GAP, DISTANCE = range(16, 21)
# Newton's method: curvature, relative updates, largest |y_i|^2, ratio of the pivots
OMEGA, FIRST, LAST, UPDATE2, TOP, PIVOTS, SETTLED = range(21, 28)
# residuals in double-double: steps left with them or, if negative, until the next doubt
N_WIDE, PATIENCE, WIDE_TICKS, ASKED, DOUBTED = range(28, 33)
# what to do next: remember this point, extrapolate; an outcome or -1; whether the last point is the one to report
TAKE, SHIFT, DONE, IS_HISTORY = range(33, 37)
# the predictor, in units of the distance of the last two points: that distance over the one to the third point, 0 if there is
# none; the denominator 1 + q1 z + q2 z^2 and its misfit; what that told of the error, and how much larger the error is
# (the last three squared)
SHARE, Q1_RE, Q1_IM, Q2_RE, Q2_IM, MISFIT, TOLD, SCALE = range(37, 45)
N_ROWS = 45
