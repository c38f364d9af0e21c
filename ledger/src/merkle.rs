//! How is one leaf of many proven? The standard tree of OpenZeppelin: leaves hashed twice, pairs
//! hashed in sorted order, the tree in one array with its root first. Useful wherever a contract
//! verifies with `MerkleProof`; two-word leaves only, which is all that is settled here.

use footnote_domain::id::{Digest, PayeeId, keccak256};

type Node = [u8; 32];

/// Whether leaves keep the order in which they are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafOrder {
    /// Sorted by hash: the default of the standard tree.
    ByHash,
    /// As given: receipts stay in the order of their numbers.
    AsGiven,
}

/// A tree with at least one leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandardTree {
    /// 2n − 1 nodes; the children of node i are 2i + 1 and 2i + 2.
    nodes: Vec<Node>,
    /// Where in `nodes` the i-th given leaf is.
    places: Vec<usize>,
}

/// `keccak256(keccak256(abi.encode(first, second)))`, for two 32-byte words.
pub fn leaf(first: [u8; 32], second: [u8; 32]) -> [u8; 32] {
    keccak256(&[&keccak256(&[&first, &second])])
}

/// An integer as a 32-byte big-endian word.
pub fn word(value: u128) -> [u8; 32] {
    let mut word = [0; 32];
    word[16..].copy_from_slice(&value.to_be_bytes());
    word
}

/// The tree over (bytes32 account, uint256 units); `None` without leaves.
pub fn balances_tree(leaves: &[(PayeeId, u128)]) -> Option<StandardTree> {
    let hashes = leaves.iter().map(|(account, units)| leaf(account.0, word(*units))).collect();
    StandardTree::build(hashes, LeafOrder::ByHash)
}

/// The tree over (uint256 sequence, bytes32 receipt hash), in the order of the numbers.
pub fn receipts_tree(receipts: &[(u64, Digest)]) -> Option<StandardTree> {
    let hashes = receipts.iter().map(|(seq, hash)| leaf(word(u128::from(*seq)), hash.0)).collect();
    StandardTree::build(hashes, LeafOrder::AsGiven)
}

impl StandardTree {
    /// Builds the tree; `None` without leaves.
    pub fn build(leaves: Vec<[u8; 32]>, order: LeafOrder) -> Option<Self> {
        let last = (2 * leaves.len()).checked_sub(2)?;
        let mut ranks: Vec<usize> = (0..leaves.len()).collect();
        if order == LeafOrder::ByHash {
            ranks.sort_by_key(|given| leaves[*given]);
        }
        let mut nodes = vec![[0; 32]; last + 1];
        let mut places = vec![0; leaves.len()];
        // The first leaf is the last node.
        for (rank, given) in ranks.into_iter().enumerate() {
            places[given] = last - rank;
            nodes[last - rank] = leaves[given];
        }
        for at in (0..leaves.len() - 1).rev() {
            nodes[at] = pair(nodes[2 * at + 1], nodes[2 * at + 2]);
        }
        Some(Self { nodes, places })
    }

    /// The root.
    pub fn root(&self) -> Digest {
        Digest(self.nodes[0])
    }

    /// The siblings from the i-th given leaf up to the root.
    ///
    /// # Panics
    /// When there is no such leaf.
    pub fn proof(&self, leaf: usize) -> Vec<Digest> {
        let mut at = self.places[leaf];
        let mut proof = Vec::new();
        while at > 0 {
            let sibling = if at % 2 == 1 { at + 1 } else { at - 1 };
            proof.push(Digest(self.nodes[sibling]));
            at = (at - 1) / 2;
        }
        proof
    }

    /// All nodes, the root first, and the node of each given leaf: what a dump holds.
    pub fn parts(&self) -> (&[[u8; 32]], &[usize]) {
        (&self.nodes, &self.places)
    }
}

/// Whether a proof leads from a leaf to a root.
pub fn verify(root: Digest, leaf: [u8; 32], proof: &[Digest]) -> bool {
    proof.iter().fold(leaf, |node, sibling| pair(node, sibling.0)) == root.0
}

fn pair(a: Node, b: Node) -> Node {
    if a < b { keccak256(&[&a, &b]) } else { keccak256(&[&b, &a]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::U256;
    use serde_json::Value;

    const GOLDEN: &str = include_str!("../contracts/artifacts/merkle_golden.json");

    fn bytes(text: &str) -> [u8; 32] {
        text.parse::<Digest>().expect("32 bytes").0
    }

    fn value_of(text: &str) -> [u8; 32] {
        if text.starts_with("0x") {
            return bytes(text);
        }
        U256::from_str_radix(text, 10).expect("an integer").to_be_bytes()
    }

    /// Every tree of the library in `kind`: same leaf hashes, same root, same proofs.
    fn check(kind: &str, order: LeafOrder) {
        let golden: Value = serde_json::from_str(GOLDEN).expect("JSON");
        let trees = golden[kind]["trees"].as_array().expect("trees");
        assert!(trees.len() >= 5, "the golden file has too few trees");
        for expected in trees {
            let leaves = expected["leaves"].as_array().expect("leaves");
            let text = |value: &Value| value.as_str().expect("a string").to_owned();
            let hashes: Vec<[u8; 32]> = leaves
                .iter()
                .map(|l| leaf(value_of(&text(&l["value"][0])), value_of(&text(&l["value"][1]))))
                .collect();
            let tree = StandardTree::build(hashes.clone(), order).expect("leaves");
            assert_eq!(tree.root().to_string(), text(&expected["root"]));
            for (at, leaf) in leaves.iter().enumerate() {
                assert_eq!(hashes[at], bytes(&text(&leaf["hash"])));
                let proof: Vec<Digest> = leaf["proof"]
                    .as_array()
                    .expect("a proof")
                    .iter()
                    .map(|node| Digest(bytes(&text(node))))
                    .collect();
                assert_eq!(tree.proof(at), proof);
                assert!(verify(tree.root(), hashes[at], &proof));
            }
        }
    }

    #[test]
    fn balances_are_the_trees_of_the_library() {
        check("balances", LeafOrder::ByHash);
    }

    #[test]
    fn receipts_are_the_trees_of_the_library() {
        check("receipts", LeafOrder::AsGiven);
    }

    #[test]
    fn nothing_has_no_tree_and_a_changed_leaf_no_proof() {
        assert_eq!(balances_tree(&[]), None);
        let leaves = [(PayeeId([1; 32]), 7), (PayeeId([2; 32]), 8), (PayeeId([3; 32]), 9)];
        let tree = balances_tree(&leaves).expect("leaves");
        let proof = tree.proof(1);
        assert!(verify(tree.root(), leaf([2; 32], word(8)), &proof));
        assert!(!verify(tree.root(), leaf([2; 32], word(9)), &proof));
        // A node above the leaves is no leaf: it was hashed once, not twice.
        let inner = pair(leaf([1; 32], word(7)), leaf([2; 32], word(8)));
        assert!(!verify(tree.root(), keccak256(&[&inner]), &[]));
    }
}
