// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Escrows: who gets the pay of an author that had no address.
/// @notice The owner of a Datanet assigns it, never to itself. Everyone sees that `escrowDelay`
/// ahead and can challenge it with the guardian or the owner, who cancel it; then it is final.
abstract contract Escrows {
    struct EscrowAssignment {
        address account;
        uint64 validAt;
    }

    /// @notice May cancel an escrow assignment while it can be challenged.
    address public immutable guardian;
    /// @notice Seconds during which an escrow assignment can be challenged.
    uint64 public immutable escrowDelay;

    mapping(bytes32 payee => EscrowAssignment) private _escrow;

    /// @notice `account` gets the escrow of `payee` from `validAt`, unless cancelled before.
    event EscrowAssigned(bytes32 indexed payee, address indexed account, uint64 validAt);
    /// @notice Additional event: a challenged assignment is void; the escrow can be assigned again.
    event EscrowCancelled(bytes32 indexed payee, address indexed account);

    error BadAssignee(address account);
    error EscrowTaken(bytes32 payee, address account);
    error NotChallengeable(bytes32 payee);

    constructor(address guardian_, uint64 escrowDelay_) {
        guardian = guardian_;
        escrowDelay = escrowDelay_;
    }

    /// @notice Give the escrow of an author to `account`: neither the owner of the Datanet nor
    /// nobody. It counts from `validAt`, unless cancelled before; then it is final.
    function assignEscrow(bytes32 datanet, string calldata scheme, string calldata handle, address account) external {
        _checkDatanetOwner(datanet);
        if (account == address(0) || account == msg.sender) revert BadAssignee(account);
        bytes32 payee = escrowPayee(datanet, scheme, handle);
        address taken = _escrow[payee].account;
        if (taken != address(0)) revert EscrowTaken(payee, taken);
        uint64 validAt = uint64(block.timestamp) + escrowDelay;
        _escrow[payee] = EscrowAssignment(account, validAt);
        emit EscrowAssigned(payee, account, validAt);
    }

    /// @notice Void an assignment that can still be challenged: for the owner of the Datanet and
    /// for the guardian.
    function cancelEscrow(bytes32 datanet, string calldata scheme, string calldata handle) external {
        if (msg.sender != guardian) _checkDatanetOwner(datanet);
        bytes32 payee = escrowPayee(datanet, scheme, handle);
        EscrowAssignment memory assignment = _escrow[payee];
        if (assignment.account == address(0) || block.timestamp >= assignment.validAt) revert NotChallengeable(payee);
        delete _escrow[payee];
        emit EscrowCancelled(payee, assignment.account);
    }

    /// @notice Assignment of an escrow payee, in force from `validAt`; (0, 0) when unassigned.
    function escrowOf(bytes32 payee) external view returns (address account, uint64 validAt) {
        EscrowAssignment memory assignment = _escrow[payee];
        return (assignment.account, assignment.validAt);
    }

    /// @notice The 32-byte payee of an author without an address: keccak256 of the Datanet's id,
    /// then the scheme, then the handle, as bytes without lengths.
    function escrowPayee(bytes32 datanet, string calldata scheme, string calldata handle)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(datanet, scheme, handle));
    }

    /// @dev Reverts unless the sender owns that Datanet.
    function _checkDatanetOwner(bytes32 datanet) internal view virtual;
}
