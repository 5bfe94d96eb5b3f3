# One request of rows of A, B, C (0, 1, 2): the exact conditionals of A B C (3) and B A C (1).
function answer(row,   token, n, i, v, k, total, weight, text, matches) {
    n = split(row, token, ",")
    split("3 1", weights, " ")
    split("0 1 2", sequence1, " ")
    split("1 0 2", sequence2, " ")
    total = 0
    for (k = 1; k <= 2; k++) {
        matches = 1
        for (i = 1; i <= n; i++) {
            weight[k, i] = k == 1 ? sequence1[i] : sequence2[i]
            matches = matches && (token[i] == -1 || token[i] == weight[k, i])
        }
        fits[k] = matches * weights[k]
        total += fits[k]
    }
    text = ""
    for (i = 1; i <= n; i++) {
        if (token[i] != -1) {
            continue
        }
        text = text (text == "" ? "" : ",") "["
        for (v = 0; v < 3; v++) {
            text = text (v == 0 ? "" : ",") (total == 0 ? sprintf("%.17g", 1 / 3) : \
                sprintf("%.17g", (fits[1] * (weight[1, i] == v) + fits[2] * (weight[2, i] == v)) / total))
        }
        text = text "]"
    }
    return "[" text "]"
}
{
    gsub(/.*\[\[|\]\].*/, "")
    n = split($0, rows, /\],\[/)
    printf "{\"probs\":["
    for (r = 1; r <= n; r++) {
        printf "%s%s", r == 1 ? "" : ",", answer(rows[r])
    }
    print "]}"
}
