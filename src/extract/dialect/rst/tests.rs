//! Tests of the conversion, line by line.

use super::plain;

/// Checks pairs of a source and its Markdown, which must have the same number of lines.
fn check(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        let got = plain(source);
        assert_eq!(got, *expected, "from {source:?}");
        assert_eq!(got.split('\n').count(), source.split('\n').count(), "lines of {source:?}");
    }
}

#[test]
fn titles_and_transitions() {
    check(&[
        ("", ""),
        ("One\n===\n\nTwo\n---\n", "# One\n\n\n## Two\n\n"),
        ("=====\n One\n=====\n\nTwo\n===", "\n# One\n\n\n## Two\n"),
        ("A\n~\n\nB\n^\n\nC\n~", "# A\n\n\n## B\n\n\n# C\n"),
        ("One\n===\nTwo\n---\ntext", "# One\n\n## Two\n\ntext"),
        ("text\n\n-----\n\nmore", "text\n\n\n\nmore"),
        ("1. One\n======\n\nx", "# 1. One\n\n\nx"),
        ("some words\nTitle\n=====\n", "some words\n# Title\n\n"),
        ("some words\n=\nmore", "some words\n\\=\nmore"),
        ("wait\n...\nmore", "wait\n...\nmore"),
        ("About C#\n========\r\n\r\nx\r\n", "# About C\\#\n\n\nx\n"),
    ]);
}

#[test]
fn inline_markup() {
    check(&[
        ("Use ``a b`` now.", "Use `a b` now."),
        ("Use ``a`b``.", "Use ``a`b``."),
        ("See `here <https://a.org/x>`_.", "See [here](<https://a.org/x>)."),
        ("See `here <https://a.org/x>`__, too", "See [here](<https://a.org/x>), too"),
        ("See `here <other.html>`_.", "See here."),
        ("See `A <https://a.org/x) - a thing>`_.", "See [A](<https://a.org/x>) - a thing."),
        ("See `A <https://a.org/x>`.", "See [A](<https://a.org/x>)."),
        (
            "A `long\nlink <https://a.org>`_, so\nthere",
            "A [long link](<https://a.org>),\nso\nthere",
        ),
        ("A\n`long\nlink <https://a.org>`_\nend", "A\n[long link](<https://a.org>)\nend\n"),
        ("Let :math:`x^2` be.", "Let $x^2$ be."),
        ("See :ref:`that part <part>` or :ref:`part`.", "See that part or …."),
        ("Call :func:`~a.b.fit`, :py:meth:`x`.", "Call `fit`, `x`."),
        ("s\\ :sub:`t`, s\\ :sup:`n+1`", "s_t, s^(n+1)"),
        ("Known (:cite:`me2001`) things", "Known things"),
        ("An `x` and *y* and **z**.", "An *x* and *y* and **z**."),
        ("Tags <b> and a_b and __init__", "Tags \\<b> and a_b and \\_\\_init__"),
        ("# no title\n> no quote", "\\# no title\n\\> no quote"),
        ("an open ``code and `text", "an open \\`\\`code and \\`text"),
        ("http://a.org/x_y*z is kept", "http://a.org/x_y*z is kept"),
        ("snowman ☃ `☃ <https://a.org/☃>`_", "snowman ☃ [☃](<https://a.org/☃>)"),
    ]);
}

#[test]
fn names() {
    check(&[
        ("Ask Anna_ there.\n\n.. _anna: https://a.org", "Ask [Anna](<https://a.org>) there.\n\n"),
        ("`My Page`_!\n\n.. _`my page`:\n   https://a.org", "[My Page](<https://a.org>)!\n\n\n"),
        ("one_ is x_\n\n.. _one:\n.. _two: https://b.org", "[one](<https://b.org>) is x_\n\n\n"),
        (
            "`a`__ b__\n\n__ https://a.org\n.. __: https://b.org",
            "[a](<https://a.org>) [b](<https://b.org>)\n\n\n",
        ),
        (
            "x [1]_ y [#n]_ [ABC]_\n\n.. [1] One\n.. [#n] Two\n   more\n.. [ABC] Three",
            "x [1] y [2] [ABC]\n\n[1] One  \n[2] Two\nmore  \n[ABC] Three",
        ),
        ("Run |p|.\n\n.. |p| replace:: the **thing**", "Run the **thing**.\n\n"),
        ("An |i| or |z|.\n\n.. |i| image:: x.png\n   :alt: x", "An or |z|.\n\n\n"),
    ]);
}

#[test]
fn directives() {
    check(&[
        (".. note::\n\n   Words\n   here.\n\nOut", "\n\nWords\nhere.\n\nOut"),
        (".. note:: Words\n   here.", "Words\nhere."),
        (".. [1] `A\n  <https://a.org\n   /b>`__", "[1] [A](<https://a.org/b>)\n\n"),
        (".. admonition:: Title\n   :class: x\n\n   Words", "Title\n\n\nWords"),
        (".. rubric:: Code\nText", "Code  \nText"),
        (".. note::\n\n   .. tip::\n\n      In\n\n   Out", "\n\n\n\nIn\n\nOut"),
        ("- .. note::\n\n     In\n\n  Out", "-\n\n  In\n\n  Out"),
        (".. image:: x.png\n   :alt: x\n\ntext", "![x](<x.png>)\n\n\ntext"),
        (".. figure:: x.png\n   :width: 3\n\n   A caption", "![](<x.png>)\n\n\nA caption"),
        (
            ".. literalinclude:: ../code/a.py\n   :pyobject: f\n\ntext",
            "[`a.py`](<../code/a.py>)\n\n\ntext",
        ),
        (".. image::\n\ntext", "\n\ntext"),
        (".. toctree::\n\n   one\n   two\n\ntext", "\n\n\n\n\ntext"),
        (".. just a comment\n   and more\n\ntext", "\n\n\ntext"),
        ("..\n\n   A quote", "\n\nA quote"),
        (".. py:function:: f(x)\n\n   Does it.", "`f(x)`\n\nDoes it."),
        (
            ".. list-table:: Cap\n\n   * - a\n     - b\n   * - c\n     - d",
            "Cap\n\n* - a\n  - b\n* - c\n  - d",
        ),
        (
            ".. csv-table:: Cap\n   :header: \"a\", \"b\"\n\n   1, 2\n   3, 4",
            "Cap  \n\"a\", \"b\"\n\n1, 2  \n3, 4",
        ),
        (".. line-block::\n\n   one\n   two", "\n\none  \ntwo"),
    ]);
}

#[test]
fn code_and_formulas() {
    check(&[
        (".. code-block:: python\n\n   x = 1\n\ntext", "\n```python\nx = 1\n```\ntext"),
        (".. code::\n   :name: x\n\n   a\n\n     ```\n", "\n\n````\na\n\n  ```\n````"),
        (".. code:: c\n\n   x\ntext", "```c\nx\n```\ntext"),
        ("Like this::\n\n    x\n\nOn", "Like this:\n```\nx\n```\nOn"),
        ("Like this ::\n\n    x\nOn", "Like this\n\n    x\nOn"),
        ("::\n\n  x\n  y\nOn", "```\nx\ny\n```\nOn"),
        ("- a::\n\n    x\n\n- b", "- a:\n  ```\n  x\n  ```\n- b"),
        (".. code:: c\n\n   x\n..\n\ntext", "\n```c\nx\n```\n\ntext"),
        ("No code::\n\nhere", "No code:\n\nhere"),
        ("text\n\n>>> 1 + 1\n2\n\nmore", "text\n```python\n>>> 1 + 1\n2\n```\nmore"),
        (".. math::\n\n   a\n   = b % why\n\n   c\n", "\n\n$$a = b$$\n\n\n$$c$$\n"),
        (".. math:: a = b\n\nx", "$$a = b$$\n\nx"),
        (".. math::\n   :label: e\n\n   a\\%b", "\n\n\n$$a\\%b$$"),
    ]);
}

#[test]
fn lists_and_quotes() {
    check(&[
        ("* a\n  b\n\n  c\n* d", "* a\n  b\n\n  c\n* d"),
        ("#. a\n#. b", "1. a\n1. b"),
        ("(1) a\n    b\n(2) c", "1) a\n   b\n2) c"),
        ("a. one\nb. two\n   more", "- a. one\n- b. two\n  more"),
        ("A. Person wrote\nthis.", "A. Person wrote\nthis."),
        ("-   wide\n    text", "- wide\n  text"),
        ("- a\n\n  - b\n\n    c", "- a\n\n  - b\n\n    c"),
        ("For:\n    1. a\n    2. b\n\nx", "For:  \n1. a\n2. b\n\nx"),
        ("Say:\n\n    Quoted\n    words\n\nx", "Say:\n\nQuoted\nwords\n\nx"),
        ("term\n  What it is.", "term  \nWhat it is."),
        ("| one\n|\n| two", "one  \n\ntwo"),
        (":Author: me\n:Date: now\n\ntext", "\n\n\ntext"),
        ("text\n\n:Size: big\n:Note:\n   Long", "text\n\n- Size: big\n- Note:\n  Long"),
        ("\t- tab\n\t  more", "- tab\n  more"),
    ]);
}

#[test]
fn tables() {
    check(&[
        (
            "+---+----+\n| a | b  |\n+===+====+\n| 1 | x| |\n|   | y  |\n+---+----+\n\nx",
            "\n| a | b |\n|---|---|\n| 1 | x\\| y |\n\n\n\nx",
        ),
        (
            "+---+---+\n| a     |\n+---+---+\n| 1 | 2 |\n|   +---+\n|   | 3 |\n+---+---+",
            "\n| a |  |\n|---|---|\n| 1 | 2 |\n|  | 3 |\n\n",
        ),
        ("+-------+\n| - one |\n+-------+\n| 雪 x  |\n+-------+", "\n| - one |\n|---|\n| 雪 x |\n"),
        (
            "== =====\na  b c\n== =====\n1  ``x``\n   more\n2\n== =====\n\nx",
            "\n| a | b c |\n|---|---|\n| 1 | `x` more |\n| 2 |  |\n\n\n\nx",
        ),
        ("== ==\na  b\nc  d\n== ==", "\n| a | b |\n|---|---|\n| c | d |"),
        ("=== ===\nalong text\n=== ===\nx\n", "\n| along | text |\n|---|---|\nx\n"),
        ("== ==\nno table", "== ==\nno table"),
        ("+--+\nno table", "+--+\nno table"),
    ]);
}

/// The text contains each construct that documents use. All words that readers should see must be in the result.
#[test]
fn no_word_of_a_document_is_lost() {
    let text = "\
.. title:: hidden

=====
Caches
=====

.. contents:: :local:

Why *caches* help, see `the page <https://a.org/p>`_ and `other`_ [1]_. Let :math:`x` be H\\ :sub:`2`.

.. _other: https://b.org

.. rubric:: References

.. [1] Person, A. Title of a paper.

.. note:: Mind the clock.

.. admonition:: Careful here

   - one item
   - two items

     1. nested number

.. code-block:: python

   import cache

.. math::

   y = x

.. figure:: picture.png
   :align: center

   Caption text.

+------+-------+
| Name | Speed |
+======+=======+
| disk | slow  |
+------+-------+

| verse one
| verse two

:Size: large

Literal::

   raw words

A. Author wrote this.

.. topic:: Summary

   Final words.

.. literalinclude:: code.py

.. automodule:: package.module
   :members:
";
    let plain = plain(text);
    assert_eq!(plain.lines().count(), text.lines().count());
    let words = "Caches Why caches help see the page other Let be Mind clock Careful here one item two items nested number import cache Caption text Name Speed disk slow verse Size large Literal raw words Author wrote this Summary Final Person Title paper References";
    for word in words.split(' ') {
        let is_word = |found: &str| found.trim_matches(|c: char| !c.is_alphanumeric()) == word;
        assert!(plain.split([' ', '\n', '[', ']', '|', '*']).any(is_word), "{word}: {plain}");
    }
    assert!(!plain.contains("hidden") && !plain.contains("members"));
    assert!(plain.contains("[`code.py`](<code.py>)"));
}
