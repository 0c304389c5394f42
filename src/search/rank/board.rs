//! The working memory of a search: one cell a section, reused from search to search.

/// What a section comes to so far. One line of cache holds four.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::search) struct Cell {
    /// The frequency of the unit that is being read.
    pub frequency: f32,
    pub score: f32,
    /// The units that were found, one bit each.
    pub units: u32,
    /// The units that stand in the heading.
    pub headings: u32,
}

/// The answer in the making, a cell a section. It is kept for the next.
#[derive(Default)]
pub(in crate::search) struct Board {
    pub cells: Vec<Cell>,
    /// The sections that hold any unit.
    pub touched: Vec<u32>,
    /// The sections that hold the unit that is being read.
    pub reached: Vec<u32>,
    /// Where the groups of that unit are read, so that this board keeps what it holds; at most as deep as groups are.
    pub inner: Option<Box<Board>>,
}

impl Board {
    /// Makes the board clean and of `length` sections.
    pub fn reset(&mut self, length: usize) {
        if self.cells.len() != length {
            self.cells = vec![Cell::default(); length];
        } else if self.touched.len() > length / 8 {
            self.cells.fill(Cell::default());
        } else {
            self.touched.iter().for_each(|at| self.cells[*at as usize] = Cell::default());
        }
        self.touched.clear();
    }

    /// Makes `section` one that is looked at, whatever it holds. No unit may be added afterwards.
    pub fn touch(&mut self, section: u32) {
        if self.cells[section as usize].units == 0 {
            self.touched.push(section);
        }
    }

    /// Adds `frequency` of the unit that is being read to `section`.
    pub fn reach(&mut self, section: u32, frequency: f32) {
        let cell = &mut self.cells[section as usize];
        if cell.frequency == 0.0 {
            self.reached.push(section);
        }
        cell.frequency += frequency;
    }

    /// Empties what was read of a unit: the sections that hold it, with its frequency, in the order they were met.
    pub fn take(&mut self) -> Vec<(u32, f32)> {
        let reached = std::mem::take(&mut self.reached);
        let cells = &mut self.cells;
        reached
            .into_iter()
            .map(|section| (section, std::mem::take(&mut cells[section as usize].frequency)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks `section` as if a unit was found there.
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
        assert_eq!(board.take(), [(3, 3.0), (1, 0.5)]);
        assert_eq!(board.take(), []);
    }
}
