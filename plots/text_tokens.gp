# Fading against distance in characters, above; nats a character against calls, below.
keys = keyrows(cost_kinds, cost_chars)
between = 76
eval grid_of(fade_panels, 2)
set xrange [0 : 24.5]
set xtics 6
set xlabel 'distance (characters)'
set ylabel 'TV to the unigram law'
do for [p = 1:fade_panels] {
    eval cell(p)
    set title fade_panel_name[p]
    set yrange [0 : 0.6]
    set key top right
    plot for [i = fade_from[p]:fade_to[p]] $fade index i-1 using 3:($4 - half($5,$6)):(0):(2 * half($5,$6)) \
             with vectors nohead lc rgb col(2 * fade_id[i] - 1) lw 1 notitle, \
         for [i = fade_from[p]:fade_to[p]] $fade index i-1 using 3:4 with linespoints ls 2 * fade_id[i] - 1 \
             title fade_series[i]
}
set logscale x 2
set xrange [0.85 : 85]
set xtics (1, 6, 12, 24, 72)
set yrange [1.5 : 3]
set xlabel 'calls for a window'
set ylabel 'nats a character'
do for [p = 1:cost_panels] {
    eval cell(fade_panels + p)
    set title cost_panel_name[p]
    plot for [i = cost_from[p]:cost_to[p]] $cost index i-1 using 3:($4 - half($5,$6)):(0):(2 * half($5,$6)) \
             with vectors nohead lc rgb col(cost_id[i]) lw 1, \
         for [i = cost_from[p]:cost_to[p]] $cost index i-1 using 3:4 with linespoints ls cost_id[i]
}
eval key_cell
plot 2 notitle, for [i = 1:cost_kinds] keyentry with linespoints ls i title cost_kind[i]
unset multiplot
