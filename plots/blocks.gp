# Divergence against block size, a row for each point of the sweep; references labelled at the right.
stats $mean using 3 nooutput
from = STATS_min
to = STATS_max
stats $mean using (note($4)) nooutput
if (reference_rows) { stats $reference using (note($2)) nooutput }
margin = 12
if (reference_rows) { stats $reference using (strlen(strcol(3))) nooutput; margin = 7.1 * STATS_max + 16 }
keys = keyrows(mean_kinds, mean_chars)
wide = 760.0
cell_top = 38.0 + 19.0 * keys
row = 392.0
high = cell_top + row * mean_panels - 14
eval figure(wide, high)
set multiplot
eval zero_axis(lo, hi)
set logscale x 2
set xrange [from / 1.15 : to * 1.15]
# A label stands at its line, or above the label below where that is nearer than a line of text.
step = (1.6 * 1.7 * hi / zero)**(15.0 / 302)
do for [p = 1:mean_panels] {
    above = 1e-300
    unset key
    set tmargin at screen 1 - (cell_top + row * (p - 1)) / high
    set bmargin at screen 1 - (cell_top + row * (p - 1) + 302) / high
    set lmargin at screen 72 / wide
    set rmargin at screen (wide - margin) / wide
    q = sum [j = 1:reference_panels] (reference_rows && reference_panel_name[j] eq mean_panel_name[p] ? j : 0)
    set title mean_panel_name[p]
    set xlabel 'block size (positions)'
    set ylabel 'KL (nats per sequence)'
    plot for [i = (q ? q : 1):(q ? q : 0)] $reference index i-1 using (from / 1.15):(shown($2)):(to * 1.15 - from / 1.15):(0) \
             with vectors nohead lc rgb faint lw 1.4, \
         for [i = (q ? q : 1):(q ? q : 0)] $reference index i-1 using (to * 1.15):(above = shown($2) > above * step ? shown($2) : above * step, above):3 with labels left offset 0.6,0 tc rgb ink, \
         for [i = mean_from[p]:mean_to[p]] $mean index i-1 using 3:(shown($4)) with linespoints ls mean_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:mean_kinds] keyentry with linespoints ls i title mean_kind[i]
unset multiplot
