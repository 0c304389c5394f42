//! Tests of the readable form of formulas.

use super::readable_formula;

#[test]
fn formulas_become_readable() {
    let table = [
        (
            r"w_i = \frac{1}{p(\text{examined} \mid \text{position})}",
            "w_i = 1 / p(examined | position)",
        ),
        (r"\hat{y} = \sigma(\mathbf{w}^\top \mathbf{x} + b)", "ŷ = σ(w^T x + b)"),
        (r"\sum_{i=1}^{N} x_{ij}", "∑_(i=1)^N x_ij"),
        (r"\frac{a + b}{2}", "(a + b) / 2"),
        (r"-\frac{1}{N} \sum_{i} y_i \log p_i", "-(1 / N) ∑_i y_i log p_i"),
        (r"\log\frac{p}{1-p}", "log (p / (1-p))"),
        (r"x \leftarrow x - \eta \nabla L", "x ← x - η ∇L"),
        (r"\left( \frac{a}{b} \right)", "( a / b )"),
        (r"\left. \frac{a}{b} \right|_{x=0}", "a / b |_(x=0)"),
        (r"\sqrt{2} \cdot \sqrt[3]{x}", "sqrt(2) · root(3, x)"),
        (r"\binom{n}{k}", "binom(n, k)"),
        (r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}", "[a, b; c, d]"),
        (
            r"f(x) = \begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}",
            "f(x) = {1, x > 0; 0, otherwise}",
        ),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", "a = b, = c"),
        (r"\footnotesize \displaystyle x", "x"),
        (r"90\% \quad \text{of } \$5", "90% of $5"),
        (r"\operatorname*{argmax}_\theta f", "argmax_θ f"),
        (r"\alpha\beta x", "αβ x"),
        (r"x^{\prime} + 30^\circ", "x′ + 30°"),
        (r"\textcolor{red}{x} + \color{blue} y", "x + y"),
        (r"a \xrightarrow{f} b", "a → (f) b"),
        (r"E = mc^2 \tag{1}", "E = mc^2 (1)"),
        (r"{n \over k}", "n / k"),
        (r"W_\textrm{h} x_\mathcal{B}", "W_h x_B"),
        (r"\hat\mathbf{y}^{(i)}", "ŷ^(i)"),
        (r"\frac{1}{2} \left(a - b\right)^2", "(1 / 2) (a - b)^2"),
        (r"\hat{r_{ui}} - P(\mathbf y \mid x)", "r̂_ui - P(y | x)"),
        (r"a &lt; b", "a < b"),
        (r"\frac{\partial L}{\partial w}", "∂L / ∂w"),
        (r"a \bmod n \equiv b \pmod{m}", "a mod n ≡ b (mod m)"),
        (r"\mathbf{X}^{\prime\prime} \vec{v} \succeq 0", "X′′ v⃗ ⪰ 0"),
        (r"\mathbb{E}_{x \sim p}[f(x)]", "E_(x ~ p)[f(x)]"),
        (r"\unknowncommand{x}", "unknowncommand x"),
    ];
    for (tex, readable) in table {
        assert_eq!(readable_formula(tex), readable, "{tex}");
    }
}

#[test]
fn broken_formulas_keep_their_words() {
    let table = [
        (r"\frac{a", "a"),
        ("a}b{c", "abc"),
        (r"a\", "a"),
        ("x_", "x"),
        (r"x^\", "x"),
        (r"a \begin{b", "a"),
        (r"a \end b", "a"),
        (r"\sqrt[3", "root(3, )"),
        ("}}}a", "a"),
        (r"\left a \right", "a"),
    ];
    for (tex, readable) in table {
        assert_eq!(readable_formula(tex), readable, "{tex}");
    }
}

#[test]
fn deep_nesting_takes_no_stack_and_little_time() {
    for open in ["{", r"\frac{", "x_{", r"\sqrt[", r"\begin{cases}", r"\hat", "^"] {
        let readable = readable_formula(&open.repeat(100_000));
        assert!(readable.len() <= 2 * open.len() * 100_000, "{open}");
    }
}
