//! Decides which requests for a repository a fault affects: at which host, and for how long.

use std::time::{Duration, Instant};

use super::Fault;
use super::state::State;

/// The part of GitHub that a request is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Api,
    /// codeload
    Archive,
    Raw,
    Web,
}

pub struct Running {
    fault: Fault,
    /// The number of requests that are still served before the fault.
    spared: u32,
    first_met: Option<Instant>,
}

impl State {
    pub fn set_fault(&mut self, full_name: &str, fault: Fault, spared: u32) {
        let running = Running { fault, spared, first_met: None };
        self.faults.insert(full_name.to_lowercase(), running);
    }

    /// The fault of this request. Rate limits are returned with their remaining time.
    pub fn fault(&mut self, full_name: &str, surface: Surface) -> Fault {
        let name = full_name.to_lowercase();
        let Some(running) = self.faults.get_mut(&name) else {
            return Fault::None;
        };
        match running.fault {
            Fault::RateLimited { .. } if surface != Surface::Api => return Fault::None,
            Fault::ArchiveStatus(_) if surface != Surface::Archive => return Fault::None,
            _ => {}
        }
        if running.spared > 0 {
            running.spared -= 1;
            return Fault::None;
        }
        let lasts = match running.fault {
            Fault::RateLimited { reset_in } => reset_in,
            Fault::RetryAfter { seconds } | Fault::SecondaryLimitIn200 { seconds } => {
                Duration::from_secs(seconds)
            }
            Fault::ArchiveStatus(status) => return Fault::Status(status),
            Fault::StatusOnce(status) => {
                self.faults.remove(&name);
                return Fault::Status(status);
            }
            other => return other,
        };
        let left = match running.first_met {
            None => lasts,
            Some(met) if met.elapsed() < lasts => lasts - met.elapsed(),
            Some(_) => {
                // The time is over, so requests are served again.
                self.faults.remove(&name);
                return Fault::None;
            }
        };
        running.first_met.get_or_insert_with(Instant::now);
        let seconds = left.as_secs_f64().ceil() as u64;
        match running.fault {
            Fault::RateLimited { .. } => Fault::RateLimited { reset_in: left },
            Fault::SecondaryLimitIn200 { .. } => Fault::SecondaryLimitIn200 { seconds },
            _ => Fault::RetryAfter { seconds },
        }
    }
}
