//! The working memory of a search: one cell per section. Later searches reuse it.

/// A set of units of a query, with one bit per unit.
pub(in crate::search) type UnitBits = u32;

/// A section, and the weighted and normalised frequency that a part of the query has in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::search) struct SectionFrequency {
    pub section: u32,
    pub frequency: f32,
}

/// The state of one section in a search. Four cells fit in a cache line.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::search) struct BoardCell {
    /// The weighted and normalised frequency of the unit that is being read.
    pub frequency: f32,
    pub score: f32,
    /// The units that the section contains.
    pub units: UnitBits,
    /// The units that the section's own heading contains.
    pub headings: UnitBits,
}

/// The scores of a search in progress: one cell per section.
#[derive(Default)]
pub(in crate::search) struct Board {
    pub cells: Vec<BoardCell>,
    /// The sections that contain any unit, and those added by [`Board::touch`].
    pub touched: Vec<u32>,
    /// The sections that contain the unit that is being read.
    pub reached: Vec<u32>,
    /// A second board, for the parts of a phrase, a group or an exclusion. Boards are nested as deep as such parts
    /// contain each other; the grammar limits that depth.
    pub inner: Option<Box<Board>>,
}

impl Board {
    /// Clears the board and sets its size to `length` sections. O(touched sections), or O(`length`) if many sections
    /// were touched or the size changes.
    pub fn reset(&mut self, length: usize) {
        if self.cells.len() != length {
            self.cells = vec![BoardCell::default(); length];
        } else if self.touched.len() > length / 8 {
            self.cells.fill(BoardCell::default());
        } else {
            self.touched.iter().for_each(|at| self.cells[*at as usize] = BoardCell::default());
        }
        self.touched.clear();
    }

    /// Adds `section` to the touched sections, even if it contains no unit. Must be called only after all units have
    /// been added.
    pub fn touch(&mut self, section: u32) {
        if self.cells[section as usize].units == 0 {
            self.touched.push(section);
        }
    }

    /// Adds `frequency` to the frequency that `section` has for the unit that is being read.
    pub fn reach(&mut self, section: u32, frequency: f32) {
        let cell = &mut self.cells[section as usize];
        if cell.frequency == 0.0 {
            self.reached.push(section);
        }
        cell.frequency += frequency;
    }

    /// Removes and returns the sections that contain the unit that was read, in the order in which they were reached.
    pub fn take(&mut self) -> Vec<SectionFrequency> {
        let reached = std::mem::take(&mut self.reached);
        let cells = &mut self.cells;
        reached
            .into_iter()
            .map(|section| {
                let frequency = std::mem::take(&mut cells[section as usize].frequency);
                SectionFrequency { section, frequency }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks `section` as if it contained a unit.
    fn find(board: &mut Board, section: u32) {
        board.touch(section);
        board.cells[section as usize].units = 1;
    }

    #[test]
    fn a_reused_board_is_clean_however_much_of_it_was_used() {
        for used in [1, 16] {
            let mut board = Board::default();
            board.reset(16);
            (0..used).for_each(|section| find(&mut board, section));
            assert_eq!(board.touched.len(), used as usize);
            board.reset(16);
            assert!(board.touched.is_empty());
            assert!(board.cells.iter().all(|cell| cell.units == 0), "{used} used");
        }
    }

    #[test]
    fn a_section_is_touched_once_and_frequencies_add_up() {
        let mut board = Board::default();
        board.reset(4);
        find(&mut board, 2);
        board.touch(2);
        assert_eq!(board.touched, [2]);
        board.reach(3, 1.0);
        board.reach(1, 0.5);
        board.reach(3, 2.0);
        let taken = |(section, frequency)| SectionFrequency { section, frequency };
        assert_eq!(board.take(), [(3, 3.0), (1, 0.5)].map(taken));
        assert_eq!(board.take(), []);
    }
}
