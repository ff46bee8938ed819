Feature: City cameras
  Whoever answers sees the point at once; but a camera that fails keeps nobody from being heard.

  @S47 @fat @sat @nightly
  Scenario: The press calls up the right camera; a dead camera never delays the call
    Given the post is ready
    And the operator answers after 4 s
    When the button is pressed for 150 ms
    Then the press calls up this point's camera at most 1 s after it [T37]
    When 8 s pass
    And the operator hangs up
    And 15 s pass
    And the camera system takes everything and answers nothing
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When 8 s pass
    And the operator hangs up
    And 2 s pass
    And the camera system is in order again
    And the button is pressed for 150 ms
    Then the press calls up this point's camera at most 1 s after it [T37]
    When 8 s pass
    And the operator hangs up
    And 2 s pass
    And the camera system refuses every event
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When 8 s pass
    And the operator hangs up
    And 2 s pass
    And the camera system answers only after 10 s
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
    When 8 s pass
    And the operator hangs up
    And 60 s pass
    And the camera system is in order again
    And the button is pressed for 150 ms
    Then the press calls up this point's camera at most 1 s after it [T37]
    And the operator's phone rings at most 2 s after the press [T02]
