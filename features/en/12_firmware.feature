Feature: Firmware
  What runs on the post is what was signed for, and no interrupted update leaves it dead.

  @S48 @fat @nightly
  Scenario: Flashing is proven, survives a power cut and can be repeated
    Given the mains is on and the fibre is connected
    When the firmware of this rig is written to the post
    Then what is read back from the post equals the file, byte for byte [T41]
    And the post names the version and build of the file [T41]
    When the power fails at 60 % of the writing
    Then the firmware can be written again, and the post is registered at most 60 s later [T41]
    And the settings of the post are intact

  @S53 @fat @nightly
  Scenario: Bad firmware on trial is taken back, good firmware stays
    Given the post is ready
    And the operator answers after 1 s
    When firmware that can never register is put on trial
    Then the post is registered again with its former version and build at most 5 min later [T41]
    And the post names the rollback as the cause of its start [T41]
    And the settings of the post are intact
    When the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When the operator ends every call that stands
    And 2 s pass
    And the fibre is cut
    And sound firmware of another version is put on trial
    And 10 s pass
    And the post is switched off
    And 10 s pass
    And the mains is switched on
    And 2 s pass
    And the fibre is restored
    Then the post is registered again with its former version and build at most 60 s later [T41]
    And the post names the rollback as the cause of its start [T41]
    When the fibre is cut
    And sound firmware of another version is put on trial
    And 10 s pass
    And the firmware of the post hangs
    And the fibre is restored
    Then the post is registered again with its former version and build at most 60 s later [T41]
    And the post names the rollback as the cause of its start [T41]
    When sound firmware of another version is put on trial
    Then the post is registered with the new version and build at most 60 s later [T41]
    When the post is switched off
    And 10 s pass
    And the mains is switched on
    Then the post is registered with the new version and build at most 60 s later [T41]
    And the settings of the post are intact
    When the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
