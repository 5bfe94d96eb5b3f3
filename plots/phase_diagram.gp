# Heat maps of KL by block size and tokens a step, a panel for each rule and predictor.
stats $cell using 2 nooutput
nx = int(STATS_max)
stats $cell using 3 nooutput
ny = int(STATS_max)
stats $cell using (abs($4)) nooutput
clip = STATS_max > 1 || STATS_max == 0 ? 1.0 : STATS_max
array tokens[nx]
array calls[nx]
array block[ny]
do for [p = 1:cell_panels] {
    stats $cell index p-1 using (tokens[int($2)] = $8, calls[int($2)] = $10, block[int($3)] = $9, $2) nooutput
}
stats $cell using 11 nooutput
seeds = STATS_max > 1 ? sprintf('; trained: mean of %g seeds', STATS_max) : ''
across = cell_panels % 4 == 0 ? 4 : cell_panels % 3 == 0 ? 3 : cell_panels < 4 ? cell_panels : 2
down = (cell_panels + across - 1) / across
wide = across < 3 ? 520.0 : 760.0
cellw = (wide - 62.0 - 12.0 - (across - 1) * 18.0) / across / nx
cellh = cellw < 44 ? 38.0 : 42.0
row = ny * cellh + 42.0
high = 32.0 + down * row + 99.0
top(p) = 1 - (32.0 + ((p - 1) / across) * row) / high
left(p) = 62.0 + ((p - 1) % across) * (nx * cellw + 18.0)
eval figure(wide, high)
set multiplot
unset key
unset grid
set border 15 lw 0.4
set tics scale 0
set xrange [0.5:nx + 0.5]
set yrange [0.5:ny + 0.5]
set cbrange [-clip:clip]
set palette defined (0 (dark ? '#1c6aa6' : '#6fb1dd'), 0.5 paper, 1 (dark ? '#b8571a' : '#f2a068'))
set style fill solid 1.0 noborder
unset colorbox
held(d) = d > clip ? clip : d < -clip ? -clip : d
small = format eq 'png' || format eq 'pdf' ? 'DejaVu Sans,7' : 'Helvetica,9'
do for [p = 1:cell_panels] {
    low = p + across > cell_panels
    set lmargin at screen left(p) / wide
    set rmargin at screen (left(p) + nx * cellw) / wide
    set tmargin at screen top(p)
    set bmargin at screen top(p) - ny * cellh / high
    set title cell_panel_name[p]
    set xlabel (low ? 'tokens a step (calls)' : '') offset 0,-0.6
    set ylabel ((p - 1) % across == 0 ? 'block size' : '')
    unset xtics
    unset ytics
    set xtics scale 0 ('' 0)
    set ytics scale 0 ('' 0)
    if (low) { set for [i = 1:nx] xtics add (sprintf("%g\n(%g)", tokens[i], calls[i]) i) }
    if ((p - 1) % across == 0) { set for [i = 1:ny] ytics add (sprintf('%g', block[i]) i) }
    if (p == cell_panels) {
        set colorbox horizontal user origin screen (wide - 320) / 2 / wide, screen 42 / high size screen 320 / wide, screen 11 / high
        set cbtics scale 0 (sprintf('−%.2g', clip) . (clip == 1 ? ' or less' : '') -clip, '0' 0, sprintf('%.2g', clip) . (clip == 1 ? ' or more' : '') clip)
        set cblabel 'nats lost against no blocks, the top row' . seeds offset 0,0.55
    }
    set object 1 rectangle from 0.5,0.5 to nx + 0.5,ny + 0.5 fc rgb faint fs solid noborder behind
    plot $cell index p-1 using 2:3:(0.485):(0.485):(held($4)) with boxxyerror lc palette, \
         '' index p-1 using ($5 > 0 ? $2 : NaN):3:(0.46):(0.46) with boxxyerror fs empty border lc rgb ink lc rgb ink lw 1.6, \
         '' index p-1 using 2:($3 + 0.13):6 with labels tc rgb ink, \
         '' index p-1 using 2:($3 - 0.25):7 with labels font small tc rgb ink
}
unset multiplot
