"""For people who look around: what an API's parts are, in the forms that their tools read."""
