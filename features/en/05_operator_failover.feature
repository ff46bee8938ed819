Feature: Second operator and server

  @S27 @fat @nightly
  Scenario: After repair the point returns to the main server
    Given the post is ready
    When the server refuses every request
    And 2 min pass
    And the server is in order again
    Then the post is registered again at most 60 s after the server's return [T19]
    When the operator answers after 1 s
    And the button is pressed for 150 ms
    Then the operator's phone rings at most 2 s after the press [T02]
