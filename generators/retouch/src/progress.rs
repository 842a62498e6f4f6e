//! Telling how far the work is, and hearing whether it is still wanted.

use crate::RetouchError;

/// Called with the steps that are done and their total; `false` stops the work.
pub type Told<'a> = &'a mut dyn FnMut(u32, u32) -> bool;

/// Counts steps of a known total.
pub(crate) struct Steps<'a> {
    told: Told<'a>,
    done: u32,
    total: u32,
}

impl<'a> Steps<'a> {
    /// Tells at once that nothing is done yet.
    pub(crate) fn start(told: Told<'a>, total: u32) -> Result<Self, RetouchError> {
        let mut steps = Self { told, done: 0, total };
        steps.tell()?;
        Ok(steps)
    }

    /// One more step is done.
    pub(crate) fn step(&mut self) -> Result<(), RetouchError> {
        self.skip(1)
    }

    /// `count` steps are done, or turned out to be needless.
    pub(crate) fn skip(&mut self, count: u32) -> Result<(), RetouchError> {
        self.done = (self.done + count).min(self.total);
        self.tell()
    }

    fn tell(&mut self) -> Result<(), RetouchError> {
        if (self.told)(self.done, self.total) { Ok(()) } else { Err(RetouchError::Cancelled) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_when_told_so() {
        let mut seen = Vec::new();
        let mut told = |done, total| {
            seen.push((done, total));
            done < 2
        };
        let mut steps = Steps::start(&mut told, 3).unwrap();
        steps.step().unwrap();
        assert_eq!(steps.step(), Err(RetouchError::Cancelled));
        assert_eq!(seen, [(0, 3), (1, 3), (2, 3)]);
    }
}
