//! Checks of the connection to GitHub: reachability, token, quota, clock.

use chrono::Utc;

use super::check::{CheckState, DoctorCheck};
use crate::catalogue::policy;
use crate::config::Config;
use crate::crawl::{ApiResource, Crawler, Traffic};

/// The largest accepted difference between this machine's clock and GitHub's, in seconds. If the difference is larger,
/// the check fails, because tokens and certificates may be rejected.
const CLOCK_SECONDS: i64 = 120;

pub(super) fn checks(config: &Config) -> Vec<DoctorCheck> {
    // The check of the settings reports it.
    if config.github_token().is_err() {
        return Vec::new();
    }
    match try_all(config) {
        Ok(checks) => checks,
        Err(error) => {
            vec![DoctorCheck::of(
                "network",
                Err(error),
                "correct the data files and settings first",
            )]
        }
    }
}

fn try_all(config: &Config) -> anyhow::Result<Vec<DoctorCheck>> {
    let limits = policy::load(&config.sources)?.limits;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let crawler = Crawler::new(config, limits)?;
        let mut checks = Vec::new();
        let mut date = None;
        for (name, address) in [("archives", &config.github.codeload), ("API", &config.github.api)]
        {
            checks.push(match crawler.reach(address).await {
                Ok(at) => {
                    date = date.or(at.map(|at| (at, Utc::now())));
                    DoctorCheck::new(name, CheckState::Well, format!("{address} responds"))
                }
                Err(error) => DoctorCheck::new(name, CheckState::Ill, error.to_string())
                    .hint("is the network up, and a proxy set where one is needed?"),
            });
        }
        if checks.iter().all(|check| check.state == CheckState::Well) {
            checks.push(quota(&crawler).await);
        }
        if let Some((there, here)) = date {
            checks.push(clock((here - there).num_seconds()));
        }
        Ok(checks)
    })
}

/// Checks whether GitHub accepts the token, and how much of the quota is left.
async fn quota(crawler: &Crawler) -> DoctorCheck {
    let mut spent = Traffic::default();
    let quota = match crawler.fetch_quotas(&mut spent).await {
        Ok(quotas) => quotas.core,
        Err(error) => return DoctorCheck::new("quota", CheckState::Weak, error.to_string()),
    };
    let (remaining, limit) = (quota.remaining, quota.limit);
    let left = format!("{remaining} of {limit} requests left this hour");
    if crawler.token_refused() {
        let says = format!("GitHub refuses the token; without it, {left}");
        return DoctorCheck::new("token", CheckState::Ill, says)
            .hint("renew GITHUB_TOKEN or token_file, or remove it: refreshes go on without");
    }
    let (name, says) = match crawler.signs_in() {
        true => ("token", format!("is accepted; {left}")),
        false => ("quota", format!("no token; {left}")),
    };
    if crawler.share_of(ApiResource::Core, quota) == 0 {
        let minutes = (quota.resets_at - Utc::now().timestamp()).max(0) / 60 + 1;
        return DoctorCheck::new(name, CheckState::Weak, says)
            .hint(format!("descriptions and licences can be fetched again in {minutes} min; archives need no quota"));
    }
    DoctorCheck::new(name, CheckState::Well, says)
}

/// The check of this machine's clock, which is `ahead` seconds ahead of GitHub's (negative if it is behind).
fn clock(ahead: i64) -> DoctorCheck {
    if ahead.abs() <= CLOCK_SECONDS {
        return DoctorCheck::new(
            "clock",
            CheckState::Well,
            format!("within {CLOCK_SECONDS} s of GitHub's"),
        );
    }
    let (by, way) = (ahead.abs(), if ahead > 0 { "fast" } else { "slow" });
    DoctorCheck::new("clock", CheckState::Ill, format!("it is {by} s {way}"))
        .hint("set it: rate limits, schedules and certificates depend on it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_reported() {
        assert_eq!(clock(-100).state, CheckState::Well);
        assert_eq!(clock(86_400).state, CheckState::Ill);
        assert!(clock(-3_600).says.contains("3600 s slow"));
    }
}
