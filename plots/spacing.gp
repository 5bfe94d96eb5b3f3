# Cost of drawing two positions together, beside how homogenized they are: three panels.
stats $pair using 2 nooutput
from = STATS_min
to = STATS_max
keys = pair_kinds > 1 ? keyrows(pair_kinds, pair_chars) : 0
between = 70
eval grid_of(3, 1)
set logscale x 2
set xrange [from / 1.2 : to * 1.2]
set xlabel 'distance (positions)'
array what = ['cost of drawing both', 'prediction for the other', 'prediction for the other']
array unit = ['total correlation (nats)', 'TV to marginal', 'entropy (nats)']
do for [p = 1:3] {
    eval cell(p)
    set title what[p]
    set ylabel unit[p]
    if (p == 2) { set yrange [0:1]; set ytics 0.2 } else { set yrange [0:*]; set ytics 0.5 }
    plot for [i = 1:(p == 3 ? pair_n : 0)] $pair index i-1 using 2:6 with lines ls 21, \
         for [i = 1:pair_n] $pair index i-1 using 2:(column(2 + p)) with linespoints ls i
}
if (keys) {
    eval key_cell
    plot 2 notitle, for [i = 1:pair_kinds] keyentry with linespoints ls i title pair_kind[i]
}
unset multiplot
