//! A cache with a limit in bytes, for what is expensive to make and may be needed again.
//!
//! It has two halves. Entries are added to the young half. When that is full, it becomes the old half, and the entries
//! of the old half are dropped. An entry of the old half that is used again becomes young. So what is used often stays,
//! every operation is O(1), and no order has to be kept.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The bytes that one entry uses besides its value, estimated.
const ENTRY: usize = 128;

/// A cache that threads share. Values must be cheap to clone.
pub struct RecentCache<K, V> {
    halves: Mutex<Halves<K, V>>,
    /// The maximum bytes of each half.
    half: usize,
}

struct Halves<K, V> {
    young: HashMap<K, RecentEntry<V>>,
    old: HashMap<K, RecentEntry<V>>,
    /// The bytes of the young half.
    bytes: usize,
}

#[derive(Clone)]
struct RecentEntry<V> {
    value: V,
    bytes: usize,
}

impl<K: Eq + Hash, V: Clone> RecentCache<K, V> {
    /// An empty cache of at most `bytes` bytes.
    pub fn new(bytes: usize) -> RecentCache<K, V> {
        let halves = Halves { young: HashMap::new(), old: HashMap::new(), bytes: 0 };
        RecentCache { halves: Mutex::new(halves), half: bytes / 2 }
    }

    /// The value of `key`, if it is in the cache.
    pub fn get(&self, key: &K) -> Option<V> {
        let mut halves = self.halves();
        if let Some(found) = halves.young.get(key) {
            return Some(found.value.clone());
        }
        let (key, found) = halves.old.remove_entry(key)?;
        let value = found.value.clone();
        halves.insert(key, found, self.half);
        Some(value)
    }

    /// Adds `value`, which uses `bytes` bytes. A value that is larger than half of the cache is not kept.
    pub fn insert(&self, key: K, value: V, bytes: usize) {
        let entry = RecentEntry { value, bytes: bytes + ENTRY };
        if entry.bytes <= self.half {
            self.halves().insert(key, entry, self.half);
        }
    }

    /// The halves. A panic can't leave them inconsistent, so the mutex may be poisoned.
    fn halves(&self) -> MutexGuard<'_, Halves<K, V>> {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Halves<K, V> {
    fn insert(&mut self, key: K, entry: RecentEntry<V>, half: usize) {
        if self.bytes + entry.bytes > half {
            self.old = mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += entry.bytes;
        if let Some(replaced) = self.young.insert(key, entry) {
            self.bytes -= replaced.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_often_stays_and_the_size_is_bounded() {
        let cache = RecentCache::new(20_000);
        cache.insert(0, "often", 100);
        for number in 1..1_000 {
            assert_eq!(cache.get(&0), Some("often"), "{number}");
            cache.insert(number, "once", 500);
            let halves = cache.halves();
            let entries = halves.young.values().chain(halves.old.values());
            assert!(entries.map(|entry| entry.bytes).sum::<usize>() <= 20_000);
            assert!(halves.bytes <= 10_000);
        }
        assert_eq!(cache.get(&1), None);
        assert_eq!(cache.get(&999), Some("once"));
        cache.insert(1, "large", 30_000);
        assert_eq!(cache.get(&1), None, "larger than half of the cache");
        assert_eq!(cache.get(&999), Some("once"));
    }
}
