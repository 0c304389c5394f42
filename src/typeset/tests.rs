//! Formulas from authors who mean well, from those who don't, and from a generator.

mod check;
mod hostile;
mod random;
mod real;
