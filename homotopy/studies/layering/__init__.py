"""Study: are energies layered by Morse index in a narrow band?"""
