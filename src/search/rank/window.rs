//! What the units of a query have in a window of sections.

use crate::search::rank::bits::{UnitBits, WINDOW, WindowBits, each_unit};

/// The sections of a window that contain a unit, with the unit's frequency in each.
#[derive(Clone, Debug)]
pub(in crate::search) struct UnitWindow {
    /// The sections that contain the unit.
    pub sections: WindowBits,
    /// The sections whose own heading contains the unit.
    pub headings: WindowBits,
    /// The weighted and normalised frequencies. Those of sections without the unit have no meaning.
    frequencies: Box<[f32; WINDOW as usize]>,
}

impl Default for UnitWindow {
    fn default() -> UnitWindow {
        UnitWindow {
            sections: WindowBits::default(),
            headings: WindowBits::default(),
            frequencies: Box::new([0.0; WINDOW as usize]),
        }
    }
}

impl UnitWindow {
    pub fn clear(&mut self) {
        self.sections.clear();
        self.headings.clear();
    }

    /// Adds `frequency` to that of the section at `at`.
    pub fn add(&mut self, at: u32, frequency: f32) {
        let is_known = self.sections.contains(at);
        let sum = &mut self.frequencies[(at % WINDOW) as usize];
        *sum = if is_known { *sum + frequency } else { frequency };
        self.sections.insert(at);
    }

    /// The frequency in the section at `at`, which must be one of `sections`.
    pub fn frequency(&self, at: u32) -> f32 {
        self.frequencies[(at % WINDOW) as usize]
    }
}

/// Which units are in 64 neighbouring sections of a window.
#[derive(Default)]
pub(in crate::search) struct HeldUnits {
    /// For each unit: its bit, and the sections that contain it.
    units: Vec<(UnitBits, u64)>,
}

impl HeldUnits {
    /// Reads which of `units`, whose `windows` are given, are in the sections of the word `at`.
    pub fn read(&mut self, windows: &[UnitWindow], units: UnitBits, at: usize) {
        self.units.clear();
        let held = |unit: usize| (1 << unit, windows[unit].sections.words[at]);
        self.units.extend(each_unit(units).map(held));
    }

    /// The units in the section at `bit`.
    pub fn of(&self, bit: u32) -> UnitBits {
        self.units.iter().fold(0, |held, (unit, sections)| {
            let is_held = sections >> bit & 1 != 0;
            held | if is_held { *unit } else { 0 }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_add_up_and_are_forgotten() {
        let mut window = UnitWindow::default();
        window.add(7, 1.0);
        window.add(7, 0.5);
        window.add(9, 2.0);
        assert_eq!((window.frequency(7), window.frequency(9)), (1.5, 2.0));
        window.clear();
        window.add(7, 0.25);
        assert_eq!((window.frequency(7), window.sections.count()), (0.25, 1));
    }
}
