// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Commitments: how a text gets its age before anyone can see it.
/// @notice Commit first, contribute with the salt later: whoever copies the contribution out of
/// the mempool is younger than the commitment. A commitment names its sender, so copying it gains
/// nothing, and it lapses, so nobody can sit on one.
abstract contract Commitments {
    /// @notice A commitment not opened within this many blocks gives no age.
    uint256 public constant COMMITMENT_BLOCKS = 256;

    /// @notice Block in which a sender committed; 0 when there is none, or it has been opened.
    mapping(address sender => mapping(bytes32 commitment => uint256)) public committedAt;

    /// @notice A sender knew a text that it has not shown yet.
    event Committed(bytes32 indexed commitment, address indexed sender);
    /// @notice Additional event, directly before the `Contributed` whose age is that of the
    /// commitment made in block `committedBlock`.
    event Revealed(bytes32 indexed id, bytes32 indexed contentHash, bytes32 commitment, uint256 committedBlock);

    error AlreadyCommitted(bytes32 commitment);
    error NotCommitted(bytes32 commitment);
    error CommitmentExpired(bytes32 commitment, uint256 committedBlock);

    /// @notice Commit to a text without showing it. See `commitmentOf`.
    function commit(bytes32 commitment) external {
        if (committedAt[msg.sender][commitment] != 0) revert AlreadyCommitted(commitment);
        committedAt[msg.sender][commitment] = block.number;
        emit Committed(commitment, msg.sender);
    }

    /// @notice What a sender commits to before it contributes `contentHash` with `salt`.
    function commitmentOf(bytes32 id, bytes32 contentHash, address sender, bytes32 salt)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(id, contentHash, sender, salt));
    }

    function _reveal(bytes32 id, bytes32 contentHash, bytes32 salt) internal {
        bytes32 commitment = commitmentOf(id, contentHash, msg.sender, salt);
        uint256 committedBlock = committedAt[msg.sender][commitment];
        if (committedBlock == 0) revert NotCommitted(commitment);
        if (block.number > committedBlock + COMMITMENT_BLOCKS) revert CommitmentExpired(commitment, committedBlock);
        delete committedAt[msg.sender][commitment];
        emit Revealed(id, contentHash, commitment, committedBlock);
    }
}
