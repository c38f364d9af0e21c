// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @title Roles: the two keys of the settlement, never the same, changed only with long notice.
/// @notice The proposer offers epochs, the guardian vetoes them. Only the owner (in production a
/// timelock) can replace either, and everyone has `ROLE_DELAY` to claim before that counts.
abstract contract Roles is Ownable2Step {
    enum Role {
        Proposer,
        Guardian
    }

    struct RoleChange {
        address account;
        uint64 validAt;
    }

    /// @notice Seconds between the announcement of a new role holder and its taking over.
    uint64 public constant ROLE_DELAY = 7 days;

    /// @notice May propose epochs.
    address public proposer;
    /// @notice May veto a proposed epoch.
    address public guardian;
    /// @notice Announced replacement of a role holder; (0, 0) when there is none.
    mapping(Role role => RoleChange) public roleChange;

    /// @notice `account` takes the role over from `validAt`; (0, 0) withdraws the announcement.
    event RoleScheduled(Role indexed role, address indexed account, uint64 validAt);
    /// @notice `account` holds the role from now on.
    event RoleSet(Role indexed role, address indexed account);

    error SameKey(address account);
    error ZeroAddress();
    error NotScheduled(Role role);
    error RoleTooEarly(Role role, uint64 validAt);

    constructor(address proposer_, address guardian_, address owner_) Ownable(owner_) {
        proposer = proposer_;
        guardian = guardian_;
        _checkRoles();
        emit RoleSet(Role.Proposer, proposer_);
        emit RoleSet(Role.Guardian, guardian_);
    }

    /// @notice Announce a new holder of a role; replaces an earlier announcement.
    function scheduleRole(Role role, address account) external onlyOwner {
        if (account == address(0)) revert ZeroAddress();
        uint64 validAt = uint64(block.timestamp) + ROLE_DELAY;
        roleChange[role] = RoleChange(account, validAt);
        emit RoleScheduled(role, account, validAt);
    }

    /// @notice Withdraw an announcement.
    function cancelRole(Role role) external onlyOwner {
        if (roleChange[role].account == address(0)) revert NotScheduled(role);
        delete roleChange[role];
        emit RoleScheduled(role, address(0), 0);
    }

    /// @notice Let an announced holder take over, once its time has come; for anyone.
    function applyRole(Role role) external {
        RoleChange memory change = roleChange[role];
        if (change.account == address(0)) revert NotScheduled(role);
        if (block.timestamp < change.validAt) revert RoleTooEarly(role, change.validAt);
        delete roleChange[role];
        if (role == Role.Proposer) proposer = change.account;
        else guardian = change.account;
        _checkRoles();
        emit RoleSet(role, change.account);
    }

    function _checkRoles() private view {
        if (proposer == address(0) || guardian == address(0)) revert ZeroAddress();
        if (proposer == guardian) revert SameKey(proposer);
    }
}
