// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

/// @title OpenToken: a payment token for development chains only.
/// @notice Its deployer mints at will, so it is worth nothing. In production the settlement names
/// an existing ERC-20 by address. Like the tokens it stands for, it knows `permit` (EIP-2612) and
/// transfers with authorization (EIP-3009); the EIP-712 domain is ("OPEN", "1").
contract OpenToken is ERC20Permit, ERC3009, Ownable {
    constructor() ERC20("OPEN", "OPEN") ERC20Permit("OPEN") Ownable(msg.sender) {}

    /// @notice Create tokens; for the deployer only.
    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }
}
