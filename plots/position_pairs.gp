# Heat maps of total variation between positions, a panel for each point and probe.
stats $cell using 2 nooutput
first = STATS_min
last = STATS_max
stats $cell using 4 nooutput
most = STATS_max > 0 ? STATS_max : 1
across = cell_panels % 3 == 0 ? 3 : cell_panels % 2 == 0 ? 2 : cell_panels
down = (cell_panels + across - 1) / across
wide = across == 1 ? 480.0 : 760.0
side = (wide - 64.0 - 84.0 - (across - 1) * 22.0) / across
side = side < 300 ? side : 300.0
row = side + 40.0
high = 32.0 + down * row + 22
top(p) = 1 - (32.0 + ((p - 1) / across) * row) / high
left(p) = 64.0 + ((p - 1) % across) * (side + 22.0)
eval figure(wide, high)
set multiplot
unset key
set border 15
unset grid
set xrange [first - 0.5 : last + 0.5]
set yrange [first - 0.5 : last + 0.5]
set cbrange [0:most]
tick = last - first > 24 ? 8 : last - first > 12 ? 4 : last - first > 5 ? 2 : 1
set xtics tick
set ytics tick
unset colorbox
# A browser smooths a small picture when it enlarges it, cairo does not: for SVG alone every
# position becomes fine x fine pixels.
n = int(last - first) + 1
fine = format eq 'png' || format eq 'pdf' || n > 64 ? 1 : int(ceil(64.0 / n))
array value[n * n]
corner = 0.5 - first
at(x, y) = int(x + corner) * n + int(y + corner) + 1
set samples n * fine
set isosamples n * fine
edge = 0.5 - 0.5 / fine
do for [p = 1:cell_panels] {
    set lmargin at screen left(p) / wide
    set rmargin at screen (left(p) + side) / wide
    set tmargin at screen top(p)
    set bmargin at screen top(p) - side / high
    set title cell_panel_name[p]
    set xlabel (p + across > cell_panels ? 'position' : '')
    set ylabel ((p - 1) % across == 0 ? 'position' : '')
    set format x (p + across > cell_panels ? '%h' : '')
    set format y ((p - 1) % across == 0 ? '%h' : '')
    if (p == cell_panels) {
        set colorbox user origin screen (left(across) + side + 12) / wide, screen top(p) - side / high \
            size screen 12 / wide, screen side / high
        set cblabel 'TV' offset -0.4,0
    }
    array value[n * n]
    stats $cell index p-1 using (value[at($2, $3)] = $4, $2) nooutput
    plot sample [u=first-edge:last+edge] [v=first-edge:last+edge] '++' using 1:2:(value[at($1, $2)]) with image
}
unset multiplot
